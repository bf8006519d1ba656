#include "cli/simulate/estimates.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace rekindle::cli {
namespace {

using Rows = std::vector<WeighedDecision>;

TEST(Estimates, WorkedByHand) {
  // Weights ½/¼ = 2, ¼/½ = ½ and 0.
  const Rows rows = {{1, 0.25, 0.5, 6, 4, 5}, {2, 0.5, 0.25, 2, 2, 3}, {3, 0.5, 0, 4, 2, 1}};
  const Estimates estimates = estimate(rows);
  EXPECT_EQ(estimates.decisions, 3u);
  EXPECT_EQ(estimates.visitors, 3u);
  EXPECT_DOUBLE_EQ(estimates.logged.value, 4);
  EXPECT_DOUBLE_EQ(estimates.ips.value, (2 * 6 + 0.5 * 2) / 3);
  EXPECT_DOUBLE_EQ(estimates.snips.value, (2 * 6 + 0.5 * 2) / 2.5);
  EXPECT_DOUBLE_EQ(estimates.dr.value, (5 + 2 * (6 - 4) + 3 + 0.5 * 0 + 1) / 3);
  EXPECT_NEAR(estimates.difference.value, estimates.dr.value - 4, 1e-12);
  EXPECT_DOUBLE_EQ(estimates.effective_sample, 2.5 * 2.5 / 4.25);
  EXPECT_DOUBLE_EQ(estimates.mean_weight, 2.5 / 3);
  EXPECT_DOUBLE_EQ(estimates.max_weight, 2);
  // Around 4: 2, −2, 0. Squares 8, times 3/2, over 3².
  EXPECT_NEAR(estimates.logged.high - 4, 1.959964 * std::sqrt(8 * 1.5) / 3, 1e-5);
}

TEST(Estimates, DecisionsOfOneVisitorCountTogether) {
  const Rows apart = {{1, 1, 1, 3, 0, 0}, {2, 1, 1, 3, 0, 0}, {3, 1, 1, 0, 0, 0}};
  const Rows together = {{1, 1, 1, 3, 0, 0}, {1, 1, 1, 3, 0, 0}, {3, 1, 1, 0, 0, 0}};
  EXPECT_EQ(estimate(together).visitors, 2u);
  EXPECT_GT(estimate(together).ips.high, estimate(apart).ips.high);
  EXPECT_DOUBLE_EQ(estimate(together).ips.value, estimate(apart).ips.value);
}

TEST(Estimates, RareChoicesAreClipped) {
  const Rows rows = {{1, 0.001, 0.5, 1, 0, 0}, {2, 0.5, 0.5, 1, 0, 0}};
  const Estimates estimates = estimate(rows);
  EXPECT_DOUBLE_EQ(estimates.max_weight, 0.5 / kChanceMin);
  EXPECT_EQ(estimates.clipped, 1u);
}

TEST(Estimates, NothingAndOneDecision) {
  EXPECT_EQ(estimate({}).decisions, 0u);
  const Rows one = {{1, 0.5, 0.5, 7, 0, 0}};
  EXPECT_DOUBLE_EQ(estimate(one).ips.value, 7);
  EXPECT_TRUE(std::isinf(estimate(one).ips.high)) << "one visitor says nothing of others";
}

// A shop in which the answer is known: who is of which kind, what each choice brings them, and with
// what chance either policy chooses it.
struct KnownShop {
  double brings[2][2] = {{1, 3}, {4, 2}};  // by kind of visitor and choice
  double logged[2] = {0.5, 0.2};           // chance of choice 1, by kind
  double target[2] = {0.9, 0.1};

  [[nodiscard]] double truth() const {
    double sum = 0;
    for (int kind = 0; kind < 2; ++kind) {
      sum += (target[kind] * brings[kind][1] + (1 - target[kind]) * brings[kind][0]) / 2;
    }
    return sum;
  }
  // `model`: how far the model of the reward is off.
  [[nodiscard]] Rows log(uint64_t seed, size_t decisions, double model) const {
    std::mt19937_64 dice(seed);
    std::uniform_real_distribution<double> unit(0, 1);
    Rows rows;
    for (size_t i = 0; i < decisions; ++i) {
      const int kind = unit(dice) < 0.5 ? 0 : 1;
      const int choice = unit(dice) < logged[kind] ? 1 : 0;
      const auto chance = [&](const double* of) { return choice == 1 ? of[kind] : 1 - of[kind]; };
      const double reward = unit(dice) < 0.5 ? 0 : 2 * brings[kind][choice];
      rows.push_back(
          {static_cast<uint32_t>(i / 3), chance(logged), chance(target), reward,
           brings[kind][choice] + model,
           target[kind] * brings[kind][1] + (1 - target[kind]) * brings[kind][0] + model});
    }
    return rows;
  }
};

bool covers(const PolicyValue& value, double truth) {
  return value.low <= truth && truth <= value.high;
}

TEST(Estimates, TheTruthOfAKnownShopLiesWithinItsIntervals) {
  const KnownShop shop;
  int ips = 0;
  int snips = 0;
  int dr = 0;
  int wrong_model = 0;
  double ips_width = 0;
  double dr_width = 0;
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    const Estimates estimates = estimate(shop.log(seed, 3'000, 0));
    ips += covers(estimates.ips, shop.truth());
    snips += covers(estimates.snips, shop.truth());
    dr += covers(estimates.dr, shop.truth());
    wrong_model += covers(estimate(shop.log(seed, 3'000, 5)).dr, shop.truth());
    ips_width += estimates.ips.high - estimates.ips.low;
    dr_width += estimates.dr.high - estimates.dr.low;
    EXPECT_LT(estimates.effective_sample, 3'000);
    EXPECT_GT(estimates.effective_sample, 1'000);
  }
  for (const int covered : {ips, snips, dr, wrong_model}) EXPECT_GE(covered, 184);
  EXPECT_LT(dr_width, ips_width) << "a model that is right makes it narrower";
}

TEST(Estimates, ThePolicyOfTheLogIsItsOwnMean) {
  KnownShop shop;
  shop.target[0] = shop.logged[0];
  shop.target[1] = shop.logged[1];
  const Estimates estimates = estimate(shop.log(1, 1'000, 3));
  EXPECT_DOUBLE_EQ(estimates.ips.value, estimates.logged.value);
  EXPECT_DOUBLE_EQ(estimates.snips.value, estimates.logged.value);
  EXPECT_DOUBLE_EQ(estimates.effective_sample, 1'000);
  EXPECT_DOUBLE_EQ(estimates.mean_weight, 1);
}

}  // namespace
}  // namespace rekindle::cli
