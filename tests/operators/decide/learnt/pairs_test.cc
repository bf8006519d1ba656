// Rules and pairs against what a hand computes.
#include <gtest/gtest.h>

#include <cmath>
#include <optional>

#include "operators/decide/learnt/log_likelihood.h"
#include "operators/decide/learnt/next_products.h"
#include "operators/decide/learnt/site_learning.h"
#include "operators/decide/model_snapshot.h"
#include "tests/operators/decide/shop.h"

namespace rekindle::operators {
namespace {

using shop::kNoon;
using shop::session;
constexpr auto kView = EventType::kViewItem;
constexpr auto kCart = EventType::kAddToCart;
constexpr auto kBuy = EventType::kPurchase;

SiteLearning make(LearningConfig config = {}) {
  return SiteLearning(config, std::make_shared<const ProductCatalog>());
}

std::optional<operators::Pair> find(const SiteModel& model, const PairLists& lists,
                                    std::string_view first, std::string_view second) {
  const NameNumber number = model.knn.names.find(item_name_hash(first));
  if (number == kNoNumber) return std::nullopt;
  for (const auto& pair : lists.of(number, model.knn.names)) {
    if (model.knn.names.name_of(pair.product) == item_name_hash(second)) return pair;
  }
  return std::nullopt;
}

double rule(const SiteModel& model, std::string_view first, std::string_view second) {
  const auto pair = find(model, model.rules.lists, first, second);
  return !pair ? 0 : static_cast<double>(pair->units) * model.rules.score_per_unit;
}

// Dunning's example in Mahout's words: 10 both, 0 alone, 10 neither: 2·20·ln 2.
TEST(LogLikelihood, IsWhatAHandComputes) {
  EXPECT_NEAR(signed_root_llr(10, 10, 10, 20), std::sqrt(40 * std::log(2.0)), 1e-12);
  EXPECT_NEAR(signed_root_llr(0, 10, 10, 20), -std::sqrt(40 * std::log(2.0)), 1e-12);
  EXPECT_NEAR(signed_root_llr(5, 10, 10, 20), 0, 1e-6);
  // k11 13, k12 1000, k21 1000, k22 100000.
  EXPECT_NEAR(signed_root_llr(13, 1'013, 1'013, 102'013), 0.89652, 1e-5);
  EXPECT_EQ(signed_root_llr(0, 0, 0, 0), 0);
}

TEST(SequentialRules, TheNearerTheMore) {
  SiteLearning learning = make();
  learning.learn(session(kNoon, {{kView, "a"}, {kView, "b"}, {kView, "c"}}));
  learning.learn(session(kNoon, {{kView, "a"}, {kView, "c"}}));
  const SiteModel model = learning.publish();
  EXPECT_NEAR(rule(model, "a", "b"), 1, 1e-4);
  EXPECT_NEAR(rule(model, "a", "c"), 1.5, 1e-4);
  EXPECT_NEAR(rule(model, "b", "c"), 1, 1e-4);
  EXPECT_EQ(rule(model, "c", "a"), 0);
}

TEST(SequentialRules, WhatIsPutInTheCartIsNoNextProduct) {
  SiteLearning learning = make();
  learning.learn(session(kNoon, {{kView, "a"}, {kCart, "a"}, {kView, "b"}, {kView, "b"}}));
  const SiteModel model = learning.publish();
  EXPECT_EQ(rule(model, "a", "a"), 0);
  EXPECT_NEAR(rule(model, "a", "b"), 1.5, 1e-4);
  EXPECT_NEAR(rule(model, "b", "b"), 1, 1e-4);
}

TEST(SequentialRules, FadeByHalfLives) {
  LearningConfig config;
  config.rules.half_life = days(10);
  SiteLearning learning = make(config);
  learning.learn(session(kNoon, {{kView, "a"}, {kView, "b"}}));
  learning.learn(session(kNoon + days(20), {{kView, "a"}, {kView, "c"}}));
  const SiteModel model = learning.publish();
  EXPECT_NEAR(rule(model, "a", "b"), 0.25, 1e-4);
  EXPECT_NEAR(rule(model, "a", "c"), 1, 1e-4);
}

TEST(Cooccurrence, CountsOrdersNotSessions) {
  SiteLearning learning = make();
  ClosedSession two_orders = session(kNoon, {{kBuy, "a"}, {kBuy, "b"}, {kBuy, "c"}});
  two_orders.lines[2].at = two_orders.end = kNoon + minutes(5);
  learning.learn(two_orders);
  const SiteModel model = learning.publish();
  const auto& bought = model.bought_together;
  ASSERT_TRUE(find(model, bought.lists, "a", "b"));
  EXPECT_EQ(find(model, bought.lists, "a", "b")->count, 1u);
  EXPECT_FALSE(find(model, bought.lists, "a", "c"));
  EXPECT_NEAR(static_cast<double>(bought.occasions) * bought.count_per_unit, 2, 1e-4);
}

TEST(Cooccurrence, GoesAcrossFromViewsToPurchases) {
  SiteLearning learning = make();
  learning.learn(session(kNoon, {{kView, "a"}, {kView, "b"}, {kBuy, "c"}}));
  const SiteModel model = learning.publish();
  EXPECT_TRUE(find(model, model.viewed_then_bought.lists, "a", "c"));
  EXPECT_TRUE(find(model, model.viewed_then_bought.lists, "b", "c"));
  EXPECT_FALSE(find(model, model.viewed_then_bought.lists, "a", "b"));
  EXPECT_FALSE(find(model, model.viewed_then_bought.lists, "c", "a"));
  EXPECT_TRUE(find(model, model.viewed_together.lists, "a", "b"));
  EXPECT_FALSE(find(model, model.viewed_together.lists, "a", "c"));
}

// 4 sessions: a with b twice, c alone twice. k11 2, k12 0, k21 0, k22 2: LLR = 8 ln 2.
TEST(Cooccurrence, StrengthIsTheSignedRootOfTheRatio) {
  SiteLearning learning = make();
  for (int i = 0; i < 2; ++i) {
    learning.learn(session(kNoon, {{kView, "a"}, {kView, "b"}}));
    learning.learn(session(kNoon, {{kView, "c"}}));
  }
  const SiteModel model = learning.publish();
  const auto& viewed = model.viewed_together;
  const auto pair = find(model, viewed.lists, "a", "b");
  ASSERT_TRUE(pair);
  const NameNumber a = model.knn.names.find(item_name_hash("a"));
  EXPECT_NEAR(viewed.strength(a, *pair), std::sqrt(8 * std::log(2.0)), 1e-4);
}

TEST(Cooccurrence, CountsTheNewestProductsOnly) {
  SiteLearning learning = make();
  std::vector<std::string> names;
  for (int i = 0; i < 40; ++i) names.push_back("p" + std::to_string(i));
  std::vector<shop::Line> lines;
  for (const std::string& name : names) lines.push_back({kView, name});
  learning.learn(session(kNoon, lines));
  const SiteModel model = learning.publish();
  EXPECT_TRUE(find(model, model.viewed_together.lists, "p8", "p39"));
  EXPECT_FALSE(find(model, model.viewed_together.lists, "p7", "p39"));
}

TEST(NextProducts, BlendsSessionsAndRules) {
  SiteLearning learning = make();
  learning.learn(session(kNoon, {{kView, "a"}, {kView, "b"}}));
  learning.learn(session(kNoon, {{kView, "a"}, {kView, "b"}}));
  learning.learn(session(kNoon + hours(1), {{kView, "c"}, {kView, "a"}}));
  const SiteModel model = learning.publish();
  const NameHash visited[] = {item_name_hash("a")};
  const auto score_of = [&](double rules, std::string_view product) {
    for (const auto& scored :
         next_products(model, visited, kNoon + hours(2), {.knn = {}, .rules = rules}, 20)) {
      if (scored.product == item_name_hash(product)) return scored.score;
    }
    return 0.0;
  };
  EXPECT_NEAR(score_of(1, "b"), 1, 1e-9);
  EXPECT_EQ(score_of(1, "c"), 0);
  EXPECT_GT(score_of(0, "c"), 0);
  EXPECT_NEAR(score_of(0.25, "b"), 0.25 + 0.75 * score_of(0, "b"), 1e-9);
  EXPECT_TRUE(next_products(model, {}, kNoon, {}, 20).empty());
}

}  // namespace
}  // namespace rekindle::operators
