#include "operators/decide/learnt/bestsellers.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "operators/decide/learnt/site_learning.h"
#include "operators/decide/model_snapshot.h"
#include "tests/operators/decide/shop.h"

namespace rekindle::operators {
namespace {

using shop::kNoon;
using shop::Line;
using shop::session;
constexpr auto kView = EventType::kViewItem;
constexpr auto kBuy = EventType::kPurchase;

const ProductCatalog& catalog() {
  static const ProductCatalog made({shop::product("a", "X"), shop::product("b", "X"),
                                    shop::product("c", "X"), shop::product("d", "Y")});
  return made;
}

// The bestsellers as a site learns them.
class Model {
 public:
  explicit Model(Duration half_life) : x_learning(config(half_life), made()) {}
  void learn(const ClosedSession& session) { x_learning.learn(session); }
  size_t forget(const VisitorKey& visitor) { return x_learning.forget(visitor); }
  BestsellerLists lists() { return x_learning.publish().bestsellers; }

 private:
  static LearningConfig config(Duration half_life) {
    LearningConfig config;
    config.half_life = half_life;
    config.sessions.age_max = days(40'000);
    return config;
  }
  static std::shared_ptr<const ProductCatalog> made() {
    return std::make_shared<const ProductCatalog>(catalog());
  }
  SiteLearning x_learning;
};

// "a b c": product ids of a list, best first.
std::string order(const BestsellerLists& lists, std::string_view category) {
  std::string ids;
  const BestsellerList* list = lists.of_category(item_name_hash(category));
  if (list == nullptr) return "none";
  for (const Bestseller& best : *list) {
    const Product* product = catalog().find(best.product);
    ids += (ids.empty() ? "" : " ") + (product == nullptr ? std::string("?") : product->id);
  }
  return ids;
}

double score(const BestsellerLists& lists, std::string_view category, std::string_view product) {
  for (const Bestseller& best : *lists.of_category(item_name_hash(category))) {
    if (best.product == item_name_hash(product))
      return static_cast<double>(best.units) * lists.score_per_unit;
  }
  return 0;
}

TEST(Bestsellers, APurchaseWeighsMoreThanViews) {
  Model model(days(14));
  model.learn(session(kNoon, {{kView, "a"},
                              {kView, "a"},
                              {kBuy, "b"},
                              {EventType::kAddToCart, "c"},
                              {EventType::kSearch, "d"}}));
  const auto lists = model.lists();
  EXPECT_EQ(order(lists, "X"), "b c a");
  EXPECT_NEAR(score(lists, "X", "a"), 2, 1e-4);
  EXPECT_NEAR(score(lists, "X", "b"), 10, 1e-4);
  EXPECT_EQ(order(lists, "Y"), "none");
}

TEST(Bestsellers, HalvesWithEveryHalfLife) {
  Model model(days(14));
  model.learn(session(kNoon, {{kBuy, "a"}}));
  model.learn(session(kNoon + days(28), {{kView, "b"}}));
  const auto lists = model.lists();
  EXPECT_NEAR(score(lists, "X", "a"), 2.5, 1e-4);
  EXPECT_NEAR(score(lists, "X", "b"), 1, 1e-4);
}

TEST(Bestsellers, ALateEventCountsAsIfItHadBeenOnTime) {
  Model late(days(14));
  late.learn(session(kNoon, {{kBuy, "a"}}));
  late.learn(session(kNoon - days(14), {{kBuy, "b"}}));
  EXPECT_NEAR(score(late.lists(), "X", "b"), 5, 1e-4);
}

TEST(Bestsellers, TakesTheLinesCategoryElseTheCatalogues) {
  Model model(days(14));
  model.learn(session(kNoon, {{kBuy, "a", "SALE"}, {kBuy, "b"}, {kBuy, "unlisted"}}));
  const auto lists = model.lists();
  EXPECT_EQ(order(lists, "SALE"), "a");
  EXPECT_EQ(order(lists, "X"), "b");
  EXPECT_EQ(order(lists, ""), "a b ?");  // over all categories; unlisted last among equals
}

TEST(Bestsellers, OrdersEqualScoresByProductId) {
  Model model(days(14));
  model.learn(session(kNoon, {{kBuy, "c"}, {kBuy, "a"}, {kBuy, "b"}}));
  EXPECT_EQ(order(model.lists(), "X"), "a b c");
}

TEST(Bestsellers, StaysFiniteOverACenturyOfShortHalfLives) {
  Model model(hours(1));
  for (EventTime at = kEventTimeMin; at < kEventTimeMax; at = at + days(200)) {
    model.learn(session(at, {{kBuy, "a"}}));
  }
  model.learn(session(kEventTimeMin, {{kBuy, "b"}}));  // nothing of it is left
  const auto lists = model.lists();
  EXPECT_NEAR(score(lists, "X", "a"), 10, 1e-3);
  EXPECT_EQ(order(lists, "X"), "a");
}

// Random sessions against a sum over all lines, each decayed on its own.
TEST(Bestsellers, AgreesWithDecayingEachLineOnItsOwn) {
  std::mt19937 random(7);
  const std::string products[] = {"a", "b", "c"};
  Model model(hours(6));
  std::vector<std::pair<std::string, EventTime>> sales;
  EventTime newest = EventTime::before_all();
  for (int i = 0; i < 2'000; ++i) {
    const std::string& product = products[random() % 3];
    const EventTime at = kNoon + hours(i) - hours(static_cast<int64_t>(random() % 48));
    model.learn(session(at, {{kBuy, product}}));
    sales.emplace_back(product, at);
    newest = std::max(newest, at);
  }
  const auto lists = model.lists();
  for (const std::string& product : products) {
    double expected = 0;
    for (const auto& [sold, at] : sales) {
      const double age = static_cast<double>((newest - at).ms) / static_cast<double>(hours(6).ms);
      if (sold == product) expected += 10 * std::exp2(-age);
    }
    EXPECT_NEAR(score(lists, "X", product), expected, expected * 1e-4 + 1e-4);
  }
}

TEST(Bestsellers, SharesTheListsOfUnchangedCategories) {
  Model model(days(14));
  model.learn(session(kNoon, {{kBuy, "a"}, {kBuy, "d"}}));
  const auto before = model.lists();
  model.learn(session(kNoon, {{kBuy, "b"}}));
  const auto after = model.lists();
  EXPECT_EQ(before.of_category(item_name_hash("Y")), after.of_category(item_name_hash("Y")));
  EXPECT_NE(before.of_category(item_name_hash("X")), after.of_category(item_name_hash("X")));
  EXPECT_EQ(order(before, "X"), "a");
  EXPECT_EQ(order(after, "X"), "a b");
}

TEST(Bestsellers, WhatIsForgottenLeavesNothing) {
  Model model(days(14));
  const ClosedSession theirs = session(kNoon, {{kBuy, "b"}, {kView, "a"}, {kBuy, "unlisted", "Z"}});
  model.learn(session(kNoon, {{kBuy, "a"}}));
  model.learn(theirs);
  EXPECT_EQ(order(model.lists(), "X"), "a b");
  EXPECT_EQ(model.forget(theirs.visitor), 1u);
  EXPECT_EQ(order(model.lists(), "X"), "a");
  EXPECT_EQ(order(model.lists(), "Z"), "none");
  EXPECT_NEAR(score(model.lists(), "X", "a"), 10, 1e-4);
}

TEST(Bestsellers, CountsTheLinesBrandElseTheCatalogues) {
  std::vector<Product> products = {shop::product("a", "X"), shop::product("b", "X")};
  products[0].brand = "Lumen";
  SiteLearning learning({}, std::make_shared<const ProductCatalog>(std::move(products)));
  ClosedSession bought = session(kNoon, {{kBuy, "a"}, {kBuy, "b"}});
  bought.lines[1].brand = item_name_hash("Other");
  learning.learn(bought);
  const BestsellerLists lists = learning.publish().bestsellers;
  ASSERT_NE(lists.of_brand(item_name_hash("Lumen")), nullptr);
  EXPECT_EQ(lists.of_brand(item_name_hash("Lumen"))->front().product, item_name_hash("a"));
  EXPECT_EQ(lists.of_brand(item_name_hash("Other"))->front().product, item_name_hash("b"));
}

}  // namespace
}  // namespace rekindle::operators
