// Changes of a catalogue: rows that set, add and delete, and what they remember of before.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operators/decide/catalog/catalog_formats.h"
#include "operators/decide/catalog/category_path.h"
#include "operators/decide/season.h"
#include "tests/operators/decide/shop.h"

namespace rekindle::operators {
namespace {

using shop::kNoon;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class CatalogChange : public ::testing::Test {
 protected:
  LoadedCatalog apply(std::string_view rows, CatalogMeaning meaning = CatalogMeaning::kChange,
                      EventTime at = kNoon) {
    CatalogBuilder builder(x_site, meaning, x_catalog, at);
    EXPECT_TRUE(read_catalog(rows, CatalogFormat::kAny, builder));
    LoadedCatalog loaded = builder.finish();
    x_catalog = loaded.catalog;
    return loaded;
  }
  [[nodiscard]] const Product& of(std::string_view id) const {
    return *x_catalog.find(item_name_hash(id));
  }
  Site x_site = shop::make_site();
  ProductCatalog x_catalog;
};

TEST_F(CatalogChange, SetsWhatARowSaysAndKeepsTheRest) {
  apply("{\"id\":\"a\",\"title\":\"A\",\"price\":5,\"stock\":3,\"tags\":[\"x\"]}\n",
        CatalogMeaning::kWhole);
  const auto loaded =
      apply("{\"id\":\"a\",\"stock\":2}\n{\"id\":\"b\",\"price\":1}\n{\"id\":\"a\",\"price\":6}\n");
  EXPECT_THAT(loaded.faults, IsEmpty());
  EXPECT_EQ(x_catalog.size(), 2u);
  EXPECT_EQ(of("a").title, "A");
  EXPECT_EQ(of("a").stock, 2);
  EXPECT_EQ(of("a").price, 600);
  EXPECT_THAT(of("a").tags, ElementsAre("x"));
}

TEST_F(CatalogChange, NullTakesAwayAndAnEmptyCellDoesNot) {
  apply("id,title,price,stock,category,expires\na,A,5,3,X > Y,2027-01-01\n",
        CatalogMeaning::kWhole);
  apply("id,title,price\na,,\n");
  EXPECT_EQ(of("a").title, "A");
  EXPECT_EQ(of("a").price, 500);
  apply("{\"id\":\"a\",\"price\":null,\"stock\":null,\"category\":null,\"expires\":null}");
  EXPECT_EQ(of("a").price, kNoMoney);
  EXPECT_EQ(of("a").stock, kUnknownStock);
  EXPECT_EQ(of("a").category, "");
  EXPECT_EQ(of("a").expires, EventTime::never());
  EXPECT_EQ(x_catalog.categories(), 0u);
}

TEST_F(CatalogChange, DeletesAndCountsOnlyWhatWasThere) {
  apply("id\na\nb\n", CatalogMeaning::kWhole);
  const auto loaded = apply("id,deleted\na,true\nz,yes\nb,no\nb,maybe\n");
  EXPECT_EQ(loaded.deleted, 1u);
  EXPECT_EQ(loaded.rows, 4u);
  ASSERT_EQ(loaded.faults.size(), 1u);
  EXPECT_EQ(to_string(loaded.faults[0]), "5:3 deleted \"maybe\" is neither true nor false");
  EXPECT_EQ(x_catalog.size(), 1u);
}

TEST_F(CatalogChange, AFaultyRowLeavesItsProductAsItWas) {
  apply("id,price\na,5\n", CatalogMeaning::kWhole);
  const auto loaded = apply("{\"id\":\"a\",\"title\":\"new\",\"price\":\"x\"}");
  EXPECT_EQ(loaded.faulty_rows, 1u);
  EXPECT_EQ(of("a").title, "");
  EXPECT_EQ(of("a").price, 500);
}

TEST_F(CatalogChange, RemembersTheLastDropOfAPriceUntilItIsUndone) {
  apply("id,price\na,10\n", CatalogMeaning::kWhole, kNoon - days(9));
  EXPECT_EQ(of("a").dropped_from, kNoMoney);
  apply("id,price\na,8\n", CatalogMeaning::kChange, kNoon - days(3));
  EXPECT_EQ(of("a").dropped_from, 1'000);
  EXPECT_EQ(of("a").dropped_at, kNoon - days(3));
  apply("id,price\na,8\nb,1\n", CatalogMeaning::kWhole, kNoon - days(2));
  EXPECT_EQ(of("a").dropped_at, kNoon - days(3)) << "a whole catalogue carries it over";
  apply("id,price\na,9\n");
  EXPECT_EQ(of("a").dropped_from, 1'000) << "still cheaper than before the drop";
  apply("id,price\na,10\n");
  EXPECT_EQ(of("a").dropped_from, kNoMoney);
}

TEST_F(CatalogChange, WhatComesLaterIsNewAndWhatTheFirstCatalogueHadIsNot) {
  apply("id,published\na,\n", CatalogMeaning::kWhole, kNoon - days(9));
  EXPECT_EQ(of("a").arrived(), EventTime::before_all());
  apply("id,published\na,\nb,\nc,2026-10-01\n", CatalogMeaning::kWhole, kNoon);
  EXPECT_EQ(of("a").arrived(), EventTime::before_all());
  EXPECT_EQ(of("b").arrived(), kNoon);
  EXPECT_EQ(day_of(of("c").arrived()), parse_day("2026-10-01"));
  EXPECT_EQ(x_catalog.category(kNoName)->by_arrival.size(), 2u);
}

TEST_F(CatalogChange, ReadsCostMarginTierAndAttributesAndSaysWhatIsWrongWithThem) {
  const auto loaded = apply(
      "id;price;cost;margin;tier;attributes\n"
      "a;10;4;;2;size=M | color=red\n"
      "b;10;;3;;\n"
      "c;10;4;3;;\n"
      "d;;;3;;\n"
      "e;2;;3;;\n"
      "f;2;;;-1;\n"
      "g;2;;;;red\n"
      "h;10;;-1;;\n",
      CatalogMeaning::kWhole);
  EXPECT_EQ(of("a").margin(), 600);
  EXPECT_EQ(of("a").tier, 2);
  EXPECT_THAT(of("a").attributes, ElementsAre(Attribute{"color", "red"}, Attribute{"size", "M"}));
  EXPECT_EQ(of("b").cost, 700);
  EXPECT_EQ(of("h").margin(), -100);
  std::vector<std::string> faults;
  for (const CatalogFault& fault : loaded.faults) faults.push_back(to_string(fault));
  EXPECT_THAT(faults, ElementsAre("4:8 margin \"3\" and a cost are too much; give one of them",
                                  "5:5 margin \"3\" needs a price",
                                  "6:6 margin \"3\" is more than the price",
                                  "7:7 tier \"-1\" is out of range",
                                  "8:8 attributes \"red\" is not name=value, with | between"));
}

TEST_F(CatalogChange, TakesAmountsWithTheirCurrencyAndGoogleNames) {
  x_site.rates.push_back({*Currency::parse("GBP"), 5, 4});
  const auto loaded = apply(
      "g:id\titem group id\tPrice\tSale-Price\tcost of goods sold\n"
      "a\tfam\t10.00 GBP\tEUR 9\t5 gbp\n"
      "b\tfam\t10 XYZW\t\t\n",
      CatalogMeaning::kWhole);
  EXPECT_EQ(of("a").price, 900);
  EXPECT_EQ(of("a").list_price, 1'250);
  EXPECT_EQ(of("a").cost, 625);
  EXPECT_EQ(of("a").family(), item_name_hash("fam"));
  ASSERT_EQ(loaded.faults.size(), 1u);
  EXPECT_EQ(to_string(loaded.faults[0]), "3:7 price \"10 XYZW\" is not an ISO 4217 code");
}

TEST(CategoryPath, IsTheSameHoweverItIsWritten) {
  EXPECT_EQ(category_path(" Home>Light  >  > Lamps "), "Home > Light > Lamps");
  EXPECT_EQ(category_path("LANTERNS"), "LANTERNS");
  EXPECT_EQ(category_path(" > "), "");
  EXPECT_EQ(parent_category("Home > Light"), "Home");
  EXPECT_EQ(parent_category("Home"), "");
  EXPECT_EQ(leaf_category("Home > Light"), "Light");
  EXPECT_EQ(category_levels("Home > Light"), 2u);
  EXPECT_EQ(category_levels(""), 0u);
}

TEST_F(CatalogChange, BoundsTheLevelsOfACategory) {
  std::string path = "l0";
  for (int i = 1; i <= 10; ++i) path += " > l" + std::to_string(i);
  const auto loaded = apply("id,category\na," + path + "\n", CatalogMeaning::kWhole);
  ASSERT_EQ(loaded.faults.size(), 1u);
  EXPECT_NE(loaded.faults[0].reason.find("has too many levels"), std::string::npos);
}

}  // namespace
}  // namespace rekindle::operators
