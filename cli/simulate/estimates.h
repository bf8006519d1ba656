// What another policy would have earned, from decisions that were taken with known chances.
//
//   IPS    mean of w·r, where w = the target's chance of what was shown ÷ the logged one
//   SNIPS  the same ÷ mean of w: a little biased, far steadier
//   DR     mean of q(target) + w·(r − q(shown)): q is a model of the reward; right if either the
//          chances or the model are
//
// Decisions of a visitor depend on each other, so intervals come from sums by visitor. Pure; used
// by simulate and by its tests. Thread: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace rekindle::cli {

struct WeighedDecision {
  uint32_t visitor = 0;
  double logged = 1;           // chance of what was shown, by the policy that showed it; > 0
  double target = 1;           // the same by the policy that is weighed
  double reward = 0;           // what followed
  double expected = 0;         // q of what was shown
  double expected_target = 0;  // q over what the target would show
};

struct PolicyValue {  // a decision, with its 95 % interval
  double value = 0;
  double low = 0;
  double high = 0;
};

struct Estimates {
  size_t decisions = 0;
  size_t visitors = 0;
  PolicyValue logged;  // what was earned
  PolicyValue ips;
  PolicyValue snips;
  PolicyValue dr;
  PolicyValue difference;       // DR − what was earned
  double effective_sample = 0;  // (Σw)² ÷ Σw²: so many decisions of the target itself say as much
  double mean_weight = 0;       // 1 where the log has all that the target would show
  double max_weight = 0;
  size_t clipped = 0;  // decisions whose logged chance was below kChanceMin and counts as that
};

// Rarer than this, a single decision would outweigh all others.
inline constexpr double kChanceMin = 0.01;

[[nodiscard]] Estimates estimate(std::span<const WeighedDecision> decisions);

}  // namespace rekindle::cli
