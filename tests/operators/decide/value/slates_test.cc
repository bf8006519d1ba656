#include "operators/decide/value/slates.h"

#include <gtest/gtest.h>

namespace rekindle::operators {
namespace {

using Taken = std::vector<size_t>;

class SlatesTest : public ::testing::Test {
 protected:
  SlatesTest() {
    x_rules[0].config.holdout = 2'000;  // one in five does not see it
    x_rules[1].config.type = OfferType::kRecommendation;
    x_rules[2].config.type = OfferType::kService;
    for (const OfferRule& rule : x_rules) x_arms.push_back({.rule = &rule});
  }
  OfferRule x_rules[3];
  std::vector<Arm> x_arms;
};

TEST_F(SlatesTest, ARecommendationTakesAllItsProductsFit) {
  EXPECT_EQ(fitting(x_arms, {0, 1, 2}, {3, 5}), (Taken{0, 1}));
  EXPECT_EQ(fitting(x_arms, {0, 1, 2}, {3, 1}), (Taken{0, 1, 2}));
  EXPECT_EQ(fitting(x_arms, {1, 0, 2}, {3, 0}), (Taken{0, 2})) << "no products: it takes nothing";
  EXPECT_EQ(fitting(x_arms, {2, 0}, {1, 5}), (Taken{2}));
  EXPECT_EQ(fitting(x_arms, {}, {1, 5}), Taken{});
}

TEST_F(SlatesTest, EachDrawCounts) {
  Slates slates;
  slates.add({1, 0}, 5);
  slates.add({0, 1}, 1);  // the same set
  slates.add({}, 2);
  // One more for each and two more draws, so that nothing is impossible: 7, 7, 1 and 3 of 10.
  EXPECT_EQ(slates.chances(3), (std::vector<uint32_t>{700'000, 700'000, 100'000, 300'000}));
  EXPECT_DOUBLE_EQ(slates.chance_of(1, x_arms, 0), 0.75);
}

TEST_F(SlatesTest, WhoIsHeldOutSeesLess) {
  Slates slates;
  slates.add({0}, 6);
  slates.add({0, 1}, 2);
  slates.add({}, 2);
  EXPECT_DOUBLE_EQ(slates.chance_of(Taken{0}, x_arms, 0), 0.6 * 0.8);
  EXPECT_DOUBLE_EQ(slates.chance_of(Taken{0, 1}, x_arms, 0), 0.2 * 0.8);
  EXPECT_DOUBLE_EQ(slates.chance_of(Taken{1}, x_arms, 0), 0.2 * 0.2);
  EXPECT_DOUBLE_EQ(slates.chance_of(Taken{}, x_arms, 0), 0.6 * 0.2 + 0.2);
  EXPECT_DOUBLE_EQ(slates.chance_of(0, x_arms, 0), 0.8 * 0.8);
  // A tenth sees no marketing at all.
  EXPECT_DOUBLE_EQ(slates.chance_of(Taken{0}, x_arms, 1'000), 0.9 * 0.6 * 0.8);
  EXPECT_DOUBLE_EQ(slates.chance_of(Taken{}, x_arms, 1'000), 0.9 * (0.6 * 0.2 + 0.2) + 0.1);
  double all = 0;
  for (const Taken& shown : {Taken{}, Taken{0}, Taken{1}, Taken{0, 1}}) {
    all += slates.chance_of(shown, x_arms, 1'000);
  }
  EXPECT_DOUBLE_EQ(all, 1);
}

TEST_F(SlatesTest, ServiceMessagesAreNeverHeldOut) {
  Slates slates;
  slates.add({0, 2}, 1);
  EXPECT_DOUBLE_EQ(slates.chance_of(Taken{0, 2}, x_arms, 1'000), 0.9 * 0.8);
  EXPECT_DOUBLE_EQ(slates.chance_of(Taken{2}, x_arms, 1'000), 0.9 * 0.2 + 0.1);
  EXPECT_DOUBLE_EQ(slates.chance_of(Taken{}, x_arms, 1'000), 0);
  EXPECT_DOUBLE_EQ(slates.chance_of(2, x_arms, 1'000), 1);
}

}  // namespace
}  // namespace rekindle::operators
