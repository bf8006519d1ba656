#include "operators/decide/catalog/product_catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "tests/operators/decide/shop.h"

namespace rekindle::operators {
namespace {

using shop::product;
using ::testing::ElementsAre;

// Every product of a group's list, by id.
std::vector<std::string> ids_of(const ProductCatalog& catalog, const SortedProducts& list) {
  std::vector<std::string> ids;
  list.ascend(INT64_MIN, [&](const SortedProducts::Entry& entry) {
    ids.push_back(catalog.find(entry.product)->id);
    return true;
  });
  return ids;
}

TEST(ProductCatalog, FindsProductsByTheHashOfTheirId) {
  const ProductCatalog catalog({product("a", "X"), product("b", "Y")});
  ASSERT_NE(catalog.find(item_name_hash("b")), nullptr);
  EXPECT_EQ(catalog.find(item_name_hash("b"))->id, "b");
  EXPECT_EQ(catalog.find(item_name_hash("c")), nullptr);
  EXPECT_EQ(catalog.find(kNoName), nullptr);
}

TEST(ProductCatalog, ListsACategoryByPrice) {
  const ProductCatalog catalog({product("a", "X", 30), product("b", "Y"), product("c", "X", 10),
                                product("d", ""), product("e", "X", 20),
                                product("f", "X", kNoMoney)});
  const ProductGroup* group = catalog.category(item_name_hash("X"));
  ASSERT_NE(group, nullptr);
  EXPECT_THAT(ids_of(catalog, group->by_price), ElementsAre("c", "e", "a"));
  EXPECT_EQ(group->products, 4u);
  EXPECT_EQ(catalog.category_name(item_name_hash("Y")), "Y");
  EXPECT_EQ(catalog.categories(), 2u);
}

TEST(ProductCatalog, KnowsNothingOfUnknownCategories) {
  const ProductCatalog catalog({product("a", "")});
  EXPECT_EQ(catalog.category(item_name_hash("X")), nullptr);
  EXPECT_EQ(catalog.category_name(item_name_hash("X")), "");
  EXPECT_EQ(catalog.category_name(kNoName), "");
  EXPECT_EQ(catalog.category(kNoName)->all, 1u);
}

TEST(ProductCatalog, KeepsTheFirstOfTwoProductsWithOneId) {
  const ProductCatalog catalog({product("a", "X", 1), product("a", "Y", 2)});
  EXPECT_EQ(catalog.size(), 1u);
  EXPECT_EQ(catalog.find(item_name_hash("a"))->price, 1);
  EXPECT_EQ(catalog.categories(), 1u);
}

TEST(ProductCatalog, ACategoryLiesInAllThoseAboveIt) {
  ProductCatalog catalog({product("a", "Home > Light > Lamps"), product("b", "Home > Light")});
  const NameHash home = item_name_hash("Home");
  const NameHash light = item_name_hash("Home > Light");
  const NameHash lamps = item_name_hash("Home > Light > Lamps");
  EXPECT_EQ(catalog.category(home)->all, 2u);
  EXPECT_EQ(catalog.category(home)->products, 0u);
  EXPECT_EQ(catalog.category(light)->products, 1u);
  EXPECT_EQ(catalog.category(lamps)->parent, light);
  EXPECT_TRUE(catalog.is_within(lamps, home));
  EXPECT_TRUE(catalog.is_within(lamps, lamps));
  EXPECT_FALSE(catalog.is_within(home, lamps));
  EXPECT_FALSE(catalog.is_within(kNoName, home));
  EXPECT_TRUE(catalog.erase(item_name_hash("a")));
  EXPECT_EQ(catalog.category(lamps), nullptr);
  EXPECT_EQ(catalog.category(home)->all, 1u);
}

TEST(ProductCatalog, ACopyDoesNotSeeLaterChanges) {
  const ProductCatalog before({product("a", "X", 1), product("b", "X", 2)});
  ProductCatalog after = before;
  after.put(product("a", "Y", 3));
  EXPECT_TRUE(after.erase(item_name_hash("b")));
  EXPECT_FALSE(after.erase(item_name_hash("b")));
  EXPECT_EQ(before.size(), 2u);
  EXPECT_EQ(before.find(item_name_hash("a"))->price, 1);
  EXPECT_EQ(before.category(item_name_hash("X"))->all, 2u);
  EXPECT_EQ(before.category(item_name_hash("Y")), nullptr);
  EXPECT_EQ(after.size(), 1u);
  EXPECT_EQ(after.find(item_name_hash("a"))->price, 3);
  EXPECT_EQ(after.category(item_name_hash("X")), nullptr);
}

Product random_product(std::mt19937& random) {
  constexpr const char* kCategories[] = {"A", "A > B", "A > B > C", "D", ""};
  Product one = product("p" + std::to_string(random() % 300), kCategories[random() % 5],
                        random() % 8 == 0 ? kNoMoney : static_cast<int64_t>(random() % 50));
  one.brand = random() % 2 == 0 ? "" : "brand" + std::to_string(random() % 4);
  if (random() % 3 != 0) one.published = EventTime{static_cast<int64_t>(random() % 20)};
  return one;
}

// What a catalogue knows, as text: equal texts are equal catalogues.
std::string described(const ProductCatalog& catalog) {
  std::string text;
  std::map<std::string, std::string> groups;
  const auto describe = [&](const std::string& kind, const ProductGroup* group) {
    std::string line = std::to_string(group->products) + "/" + std::to_string(group->all);
    for (const std::string& id : ids_of(catalog, group->by_price)) line += " " + id;
    line += " |";
    for (const std::string& id : ids_of(catalog, group->by_arrival)) line += " " + id;
    groups[kind + group->name] = line;
  };
  for (const Product& one : shop::products(catalog)) {
    text += one.id + ":" + one.category + ":" + std::to_string(one.price) + "\n";
    if (one.brand_hash != kNoName) describe("brand ", catalog.brand(one.brand_hash));
  }
  catalog.for_each_category(
      [&](NameHash, const ProductGroup& group) { describe("category ", &group); });
  if (catalog.size() > 0) describe("shop ", catalog.category(kNoName));
  for (const auto& [name, line] : groups) text += name + " " + line + "\n";
  return text;
}

// Property: after any changes a catalogue is the one made of what is left at once, and copies taken
// on the way are as they were.
TEST(ProductCatalog, ChangesLeaveWhatBuildingAnewWouldGive) {
  for (uint32_t seed = 1; seed <= 5; ++seed) {
    std::mt19937 random(seed);
    std::map<std::string, Product> naive;
    ProductCatalog catalog;
    ProductCatalog copy;
    std::string copied;
    for (int step = 0; step < 3'000; ++step) {
      const Product one = random_product(random);
      if (random() % 3 == 0) {
        EXPECT_EQ(catalog.erase(item_name_hash(one.id)), naive.erase(one.id) == 1);
      } else {
        catalog.put(one);
        naive[one.id] = one;
      }
      if (step % 500 != 499) continue;
      std::vector<Product> left;
      for (const auto& [id, kept] : naive) left.push_back(kept);
      ASSERT_EQ(described(catalog), described(ProductCatalog(std::move(left)))) << seed;
      EXPECT_EQ(described(copy), copied) << seed;
      copy = catalog;
      copied = described(copy);
    }
  }
}

}  // namespace
}  // namespace rekindle::operators
