#include "io/reports/experiment.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace rekindle::io {
namespace {

TrialSums sums_of(const std::vector<std::pair<double, double>>& customers) {  // (before, after)
  TrialSums sums;
  for (const auto& [x, y] : customers) {
    sums.customers += 1;
    sums.buyers += y > 0 ? 1 : 0;
    sums.y += y;
    sums.yy += y * y;
    sums.x += x;
    sums.xx += x * x;
    sums.xy += x * y;
  }
  return sums;
}

// Means 5 and 2; variances 20/3 and 4, of the means 5/3 and 1.
const TrialSums kShown = sums_of({{4, 2}, {8, 8}, {6, 4}, {6, 6}});
const TrialSums kGhosts = sums_of({{3, 0}, {7, 4}, {5, 4}, {5, 0}});

TEST(Experiment, DifferenceOfMeansWithItsInterval) {
  const Estimate estimate = difference_of_means(kShown, kGhosts);
  EXPECT_DOUBLE_EQ(estimate.value, 3);
  // √(20/3/4 + 16/3/4) = √3
  EXPECT_NEAR(estimate.high - estimate.value, 1.959964 * std::sqrt(3.0), 1e-5);
  EXPECT_NEAR(estimate.value - estimate.low, estimate.high - estimate.value, 1e-12);
}

TEST(Experiment, RelativeToGhostsByTheDeltaMethod) {
  const Estimate estimate = relative_difference(kShown, kGhosts);
  EXPECT_DOUBLE_EQ(estimate.value, 1.5);
  // (1/2²)(5/3) + (5²/2⁴)(4/3)
  EXPECT_NEAR(estimate.high - estimate.value, 1.959964 * std::sqrt(5.0 / 12 + 25.0 / 16 * 4 / 3),
              1e-5);
}

TEST(Experiment, WhatWasSpentBeforeIsTakenOut) {
  // Within sides: Σ(x−x̄)(y−ȳ) = 12 + 8 and Σ(x−x̄)² = 8 + 8, so the slope is 1.25.
  const Estimate estimate = adjusted_difference(kShown, kGhosts);
  EXPECT_NEAR(estimate.value, 3 - 1.25 * (6 - 5), 1e-12);
  const Estimate raw = difference_of_means(kShown, kGhosts);
  EXPECT_LT(estimate.high - estimate.low, raw.high - raw.low);
}

TEST(Experiment, RatesOfBuyers) {
  const Estimate estimate = difference_of_rates(kShown, kGhosts);
  EXPECT_DOUBLE_EQ(estimate.value, 0.5);
}

TEST(Experiment, TooFewAreNotKnown) {
  EXPECT_FALSE(difference_of_means(kShown, sums_of({{1, 1}})).is_known);
  EXPECT_FALSE(adjusted_difference({}, kGhosts).is_known);
  EXPECT_FALSE(relative_difference(kShown, sums_of({{1, 0}, {2, 0}})).is_known);
}

TEST(Experiment, AnUnevenDealIsAnAlarm) {
  TrialSums shown;
  TrialSums ghosts;
  shown.customers = 9'000;
  ghosts.customers = 1'000;
  EXPECT_FALSE(check_ratio(shown, ghosts, 0.1).is_alarm());
  EXPECT_DOUBLE_EQ(check_ratio(shown, ghosts, 0.1).p, 1);
  ghosts.customers = 880;
  shown.customers = 9'120;  // 120² / 1000 + 120² / 9000
  const RatioCheck check = check_ratio(shown, ghosts, 0.1);
  EXPECT_NEAR(check.chi_square, 16, 1e-9);
  EXPECT_NEAR(check.p, 6.334e-5, 1e-7);
  EXPECT_TRUE(check.is_alarm());
  EXPECT_FALSE(check_ratio(shown, {}, 0).is_alarm()) << "no ghosts were dealt";
}

}  // namespace
}  // namespace rekindle::io
