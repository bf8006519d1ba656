// How work that can wait goes on beside events: in portions, each followed by a rest in proportion
// to what it took, so that it never has more than a share of a shard's time and a burst of events
// finds the shard free. Held by core/shard.h, one for each kind of such work.
//
// Thread: the shard's. It decides when something is done, never what comes of it.
#pragma once

#include <algorithm>
#include <cstdint>

namespace rekindle {

class Pace {
 public:
  // After work that took t it rests for `rest_per_work` × t.
  explicit Pace(int64_t rest_per_work) : x_rest_per_work(rest_per_work) {}

  [[nodiscard]] bool is_resting(int64_t now_ns) const { return now_ns < x_rested_at_ns; }
  void worked(int64_t took_ns, int64_t now_ns) {
    x_rested_at_ns = now_ns + x_rest_per_work * took_ns;
  }

 private:
  int64_t x_rest_per_work;
  int64_t x_rested_at_ns = 0;
};

// Of due deadlines. While they are on time they may have half of the shard's time. Once they are
// late there are many, a herd: it costs the machine more than the shard's time (its changes are
// logged, told and checkpointed), so it gets a small share, but more than deadlines usually take:
// those of steady traffic that were held up once do not stay late for ever.
class DuePace {
 public:
  static constexpr int64_t kOnTimeMs = 10;
  static constexpr double kShareOnTime = 0.5;
  static constexpr double kShareOfHerd = 1.0 / 9;
  static constexpr double kOfUsual = 1.5;  // times what they usually take
  static constexpr int64_t kUsualNs = 60'000'000'000;

  [[nodiscard]] bool is_resting(int64_t now_ns) const { return now_ns < x_rested_at_ns; }
  // `late_ms`: how late the latest of them is.
  void worked(int64_t took_ns, int64_t late_ms, int64_t now_ns) {
    const double passed = static_cast<double>(now_ns - x_worked_at_ns) / kUsualNs;
    x_usual_share *= std::max(0.0, 1 - passed);
    x_usual_share += static_cast<double>(took_ns) / kUsualNs;
    x_worked_at_ns = now_ns;
    const double share = late_ms < kOnTimeMs
                             ? kShareOnTime
                             : std::clamp(kOfUsual * x_usual_share, kShareOfHerd, kShareOnTime);
    x_rested_at_ns = now_ns + static_cast<int64_t>(static_cast<double>(took_ns) * (1 / share - 1));
  }

 private:
  double x_usual_share = 0;  // of time, over about the last minute
  int64_t x_worked_at_ns = 0;
  int64_t x_rested_at_ns = 0;
};

}  // namespace rekindle
