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

// Four customers with (orders, revenue) (2, 40), (1, 10), (0, 0), (1, 30).
TrialSums four_customers() {
  TrialSums sums;
  for (const auto& [o, y] : {std::pair{2.0, 40.0}, {1.0, 10.0}, {0.0, 0.0}, {1.0, 30.0}}) {
    sums.customers += 1;
    sums.y += y;
    sums.yy += y * y;
    sums.o += o;
    sums.oo += o * o;
    sums.oy += o * y;
  }
  return sums;
}

TEST(Experiment, OrderValueVariesByCustomer) {
  const Estimate value = order_value(four_customers());
  EXPECT_DOUBLE_EQ(value.value, 20);  // 80 ÷ 4
  // y − 20·o: 0, −10, 0, 10, so s² = 200/3, over 4 customers of one order each.
  EXPECT_NEAR(value.high - value.value, 1.959964 * std::sqrt(200.0 / 3 / 4), 1e-5);
  const Estimate difference = difference_of_order_values(four_customers(), four_customers());
  EXPECT_DOUBLE_EQ(difference.value, 0);
  EXPECT_NEAR(difference.high, 1.959964 * std::sqrt(2 * 200.0 / 3 / 4), 1e-5);
  EXPECT_FALSE(order_value({}).is_known);
}

TEST(Experiment, LiftOfARateAndHowSureItIs) {
  const Share shown{30, 100};
  const Share ghosts{20, 100};
  EXPECT_NEAR(difference_of_shares(shown, ghosts).value, 0.1, 1e-12);
  const Estimate estimate = lift(shown, ghosts);
  EXPECT_NEAR(estimate.value, 0.5, 1e-12);
  // .3·.7/100 ÷ .2² + .3² ÷ .2⁴ · .2·.8/100
  EXPECT_NEAR(estimate.high - estimate.value, 1.959964 * std::sqrt(0.0525 + 0.09), 1e-5);
  EXPECT_NEAR(z_of(shown, ghosts), 0.1 / std::sqrt(0.25 * 0.75 * 0.02), 1e-9);
  EXPECT_FALSE(lift(shown, {0, 100}).is_known);
  EXPECT_EQ(z_of(shown, {}), 0);
}

TEST(Experiment, MeansOfSamples) {
  // {1, 3} and {0, 0, 3}: means 2 and 1, variances 2 and 3.
  const Estimate estimate = difference_of_means(Sample{2, 4, 10}, Sample{3, 3, 9});
  EXPECT_DOUBLE_EQ(estimate.value, 1);
  EXPECT_NEAR(estimate.high - estimate.value, 1.959964 * std::sqrt(2.0 / 2 + 3.0 / 3), 1e-5);
}

TEST(Experiment, AcceptanceFallsWithEachShowing) {
  // First, second, third showing: 2, 1, 0 of 4 clicked.
  const Estimate slope = acceptance_slope({12, 3, 24, 56, 4});
  EXPECT_NEAR(slope.value, -0.25, 1e-12);  // (4 − 24·3/12) ÷ (56 − 24²/12)
  // What is left: 3 − 9/12 − .25²·8 = 1.75, over 10 and 8.
  EXPECT_NEAR(slope.high - slope.value, 1.959964 * std::sqrt(1.75 / 10 / 8), 1e-5);
  EXPECT_FALSE(acceptance_slope({12, 3, 12, 12, 3}).is_known) << "nothing was shown twice";
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
