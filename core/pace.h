// How work that can wait goes on beside events: in portions, each followed by a rest in proportion
// to what it took, so that it never has more than a share of a shard's time and a burst of events
// finds the shard free. Held by core/shard.h, one for each kind of such work.
//
// Thread: the shard's. It decides when something is done, never what comes of it.
#pragma once

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

}  // namespace rekindle
