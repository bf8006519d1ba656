#include "operators/decide/bestsellers.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

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

// "a b c": product ids of a list, best first.
std::string order(const BestsellerLists& lists, std::string_view category) {
  std::string ids;
  const BestsellerList* list = lists.find(item_name_hash(category));
  if (list == nullptr) return "none";
  for (const Bestseller& best : *list) {
    const Product* product = catalog().find(best.product);
    ids += (ids.empty() ? "" : " ") + (product == nullptr ? std::string("?") : product->id);
  }
  return ids;
}

double score(const BestsellerLists& lists, std::string_view category, std::string_view product) {
  for (const Bestseller& best : *lists.find(item_name_hash(category))) {
    if (best.product == item_name_hash(product)) return best.sum * lists.score_per_sum;
  }
  return 0;
}

TEST(Bestsellers, APurchaseWeighsMoreThanViews) {
  Bestsellers model(days(14), {});
  model.learn(session(kNoon, {{kView, "a"},
                              {kView, "a"},
                              {kBuy, "b"},
                              {EventType::kAddToCart, "c"},
                              {EventType::kSearch, "d"}}),
              catalog());
  const auto lists = model.lists(catalog());
  EXPECT_EQ(order(lists, "X"), "b c a");
  EXPECT_DOUBLE_EQ(score(lists, "X", "a"), 2);
  EXPECT_DOUBLE_EQ(score(lists, "X", "b"), 10);
  EXPECT_EQ(order(lists, "Y"), "none");
}

TEST(Bestsellers, HalvesWithEveryHalfLife) {
  Bestsellers model(days(14), {});
  model.learn(session(kNoon, {{kBuy, "a"}}), catalog());
  model.learn(session(kNoon + days(28), {{kView, "b"}}), catalog());
  const auto lists = model.lists(catalog());
  EXPECT_DOUBLE_EQ(score(lists, "X", "a"), 2.5);
  EXPECT_DOUBLE_EQ(score(lists, "X", "b"), 1);
}

TEST(Bestsellers, ALateEventCountsAsIfItHadBeenOnTime) {
  Bestsellers late(days(14), {});
  late.learn(session(kNoon, {{kBuy, "a"}}), catalog());
  late.learn(session(kNoon - days(14), {{kBuy, "b"}}), catalog());
  EXPECT_DOUBLE_EQ(score(late.lists(catalog()), "X", "b"), 5);
}

TEST(Bestsellers, TakesTheLinesCategoryElseTheCatalogues) {
  Bestsellers model(days(14), {});
  model.learn(session(kNoon, {{kBuy, "a", "SALE"}, {kBuy, "b"}, {kBuy, "unlisted"}}), catalog());
  const auto lists = model.lists(catalog());
  EXPECT_EQ(order(lists, "SALE"), "a");
  EXPECT_EQ(order(lists, "X"), "b");
  EXPECT_EQ(order(lists, ""), "a b ?");  // over all categories; unlisted last among equals
}

TEST(Bestsellers, OrdersEqualScoresByProductId) {
  Bestsellers model(days(14), {});
  model.learn(session(kNoon, {{kBuy, "c"}, {kBuy, "a"}, {kBuy, "b"}}), catalog());
  EXPECT_EQ(order(model.lists(catalog()), "X"), "a b c");
}

TEST(Bestsellers, StaysFiniteOverACenturyOfShortHalfLives) {
  Bestsellers model(hours(1), {});
  for (EventTime at = kEventTimeMin; at < kEventTimeMax; at = at + days(5)) {
    model.learn(session(at, {{kBuy, "a"}}), catalog());
  }
  model.learn(session(kEventTimeMin, {{kBuy, "b"}}), catalog());  // nothing of it is left
  const auto lists = model.lists(catalog());
  EXPECT_NEAR(score(lists, "X", "a"), 10, 1e-6);
  EXPECT_EQ(order(lists, "X"), "a");
}

// Random sessions against a sum over all lines, each decayed on its own.
TEST(Bestsellers, AgreesWithDecayingEachLineOnItsOwn) {
  std::mt19937 random(7);
  const std::string products[] = {"a", "b", "c"};
  Bestsellers model(hours(6), {});
  std::vector<std::pair<std::string, EventTime>> sales;
  EventTime newest = EventTime::before_all();
  for (int i = 0; i < 2'000; ++i) {
    const std::string& product = products[random() % 3];
    const EventTime at = kNoon + hours(i) - hours(static_cast<int64_t>(random() % 48));
    model.learn(session(at, {{kBuy, product}}), catalog());
    sales.emplace_back(product, at);
    newest = std::max(newest, at);
  }
  const auto lists = model.lists(catalog());
  for (const std::string& product : products) {
    double expected = 0;
    for (const auto& [sold, at] : sales) {
      const double age = static_cast<double>((newest - at).ms) / static_cast<double>(hours(6).ms);
      if (sold == product) expected += 10 * std::exp2(-age);
    }
    EXPECT_NEAR(score(lists, "X", product), expected, expected * 1e-9 + 1e-12);
  }
}

TEST(Bestsellers, ACategoryKeepsItsHeaviestWhenItGrowsTooLong) {
  Bestsellers model(days(14), {}, {.per_category = 4, .per_site = 1'000});
  model.learn(session(kNoon, {{kBuy, "a", "X"}, {kBuy, "a", "X"}, {kBuy, "b", "X"}}), catalog());
  for (int i = 0; i < 100; ++i) {
    model.learn(session(kNoon, {{kView, "junk" + std::to_string(i), "X"}}), catalog());
    EXPECT_LE(model.counts(), 16u);  // the category and the overall list, 8 each
  }
  const auto lists = model.lists(catalog());
  EXPECT_EQ(order(lists, "X").substr(0, 3), "a b");
  EXPECT_DOUBLE_EQ(score(lists, "X", "a"), 20);
}

TEST(Bestsellers, ASiteForgetsTheLighterHalfWhenFull) {
  Bestsellers model(days(14), {}, {.per_category = 1'000, .per_site = 50});
  model.learn(session(kNoon, {{kBuy, "a"}}), catalog());
  for (int i = 0; i < 500; ++i) {
    const std::string category = "C" + std::to_string(i);
    model.learn(session(kNoon + minutes(i), {{kView, "p" + std::to_string(i), category}}),
                catalog());
    EXPECT_LE(model.counts(), 51u);
  }
  const auto lists = model.lists(catalog());
  EXPECT_EQ(order(lists, "X"), "a");
  EXPECT_EQ(order(lists, "C0"), "none");
  EXPECT_NE(order(lists, "C499"), "none");
}

TEST(Bestsellers, SharesTheListsOfUnchangedCategories) {
  Bestsellers model(days(14), {});
  model.learn(session(kNoon, {{kBuy, "a"}, {kBuy, "d"}}), catalog());
  const auto before = model.lists(catalog());
  model.learn(session(kNoon, {{kBuy, "b"}}), catalog());
  const auto after = model.lists(catalog());
  EXPECT_EQ(before.find(item_name_hash("Y")), after.find(item_name_hash("Y")));
  EXPECT_NE(before.find(item_name_hash("X")), after.find(item_name_hash("X")));
  EXPECT_EQ(order(before, "X"), "a");
  EXPECT_EQ(order(after, "X"), "a b");
}

TEST(Bestsellers, DecodingAnotherHalfLifeKeepsTheScoresAndDecaysOn) {
  Bestsellers stored(days(14), {});
  stored.learn(session(kNoon, {{kBuy, "a"}}), catalog());
  stored.learn(session(kNoon + days(14), {{kBuy, "b"}}), catalog());
  std::string bytes;
  ByteWriter writer(bytes);
  stored.encode(writer);

  Bestsellers restored(days(1), {});
  ByteReader reader(bytes);
  ASSERT_TRUE(restored.decode(reader));
  EXPECT_DOUBLE_EQ(score(restored.lists(catalog()), "X", "a"), 5);
  restored.learn(session(kNoon + days(15), {{kView, "c"}}), catalog());
  const auto lists = restored.lists(catalog());
  EXPECT_DOUBLE_EQ(score(lists, "X", "a"), 2.5);
  EXPECT_DOUBLE_EQ(score(lists, "X", "b"), 5);
}

}  // namespace
}  // namespace rekindle::operators
