// Counts that fade, as whole numbers: what happened at t adds weight × 2^((t − L) / half-life)
// units, rounded, with a landmark L that moves on every few half-lives. Nothing is touched as time
// passes (forward decay: Cormode, Shkapenyuk, Srivastava, Xu, ICDE 2009), and sums of whole numbers
// do not depend on the order, so forgetting is exact. When L moves, all is counted again.
//
// No sum can overflow: at most limits::kLearntSessionsMax sessions of limits::kSessionLinesMax
// lines add at most kWeightMax × 2^(kSpan + kUnitBits) each.
#pragma once

#include <cmath>
#include <cstdint>

#include "core/limits.h"
#include "core/time.h"

namespace rekindle::operators {

class DecayScale {
 public:
  static constexpr double kWeightMax = 100;
  static constexpr int kUnitBits = 18;  // a weight of 1 at the landmark is 2^kUnitBits units
  static constexpr int64_t kSpan = 4;   // half-lives between landmarks

  // A half-life of 0: nothing fades.
  explicit DecayScale(Duration half_life) : x_half_life(half_life) {}

  [[nodiscard]] bool fits(EventTime newest) const { return x_landmark == landmark_for(newest); }
  void move_to(EventTime newest) { x_landmark = landmark_for(newest); }

  // 0 ≤ weight ≤ kWeightMax. Not after the time given to move_to(), and what that landmark covers.
  [[nodiscard]] int64_t units(double weight, EventTime at) const {
    return std::llround(weight * std::exp2(exponent(at) + kUnitBits));
  }
  // Units × this = the faded weight as of `now`.
  [[nodiscard]] double per_unit(EventTime now) const {
    return std::exp2(-exponent(now) - kUnitBits);
  }

 private:
  [[nodiscard]] double exponent(EventTime at) const {
    if (x_half_life.ms == 0 || at == EventTime::before_all()) return 0;
    return static_cast<double>((at - x_landmark).ms) / static_cast<double>(x_half_life.ms);
  }
  [[nodiscard]] EventTime landmark_for(EventTime newest) const {
    if (x_half_life.ms == 0 || newest == EventTime::before_all()) return {};
    const int64_t span = kSpan * x_half_life.ms;
    return {newest.ms / span * span};  // times are after 1970
  }

  Duration x_half_life;
  EventTime x_landmark{};
};

static_assert(limits::kLearntSessionsMax <= (1u << 24) && limits::kSessionLinesMax <= (1u << 8));
static_assert(24 + 8 + 7 + DecayScale::kSpan + DecayScale::kUnitBits <= 62);

}  // namespace rekindle::operators
