#include "operators/decide/catalog/catalog_csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/limits.h"
#include "tests/operators/decide/shop.h"

namespace rekindle::operators {
namespace {

using ::testing::ElementsAre;

LoadedCatalog load(std::string_view text) {
  auto loaded = load_catalog_csv(text, shop::make_site());
  EXPECT_TRUE(loaded) << (loaded ? "" : to_string(loaded.error()));
  return loaded ? std::move(*loaded) : LoadedCatalog{};
}

std::vector<std::string> faults_of(const LoadedCatalog& loaded) {
  std::vector<std::string> texts;
  for (const CatalogFault& fault : loaded.faults) texts.push_back(to_string(fault));
  return texts;
}

TEST(CatalogCsv, ReadsEveryField) {
  const auto loaded = load(
      "id,title,category,brand,price,list_price,currency,stock,available,tags\n"
      "85123A,White hanging heart,LANTERNS,Acme,2.55,3,EUR,12,true,new|sale\n");
  ASSERT_EQ(loaded.catalog.size(), 1u);
  EXPECT_TRUE(loaded.faults.empty());
  const Product product = shop::products(loaded.catalog)[0];
  EXPECT_EQ(product.id, "85123A");
  EXPECT_EQ(product.title, "White hanging heart");
  EXPECT_EQ(product.category, "LANTERNS");
  EXPECT_EQ(product.brand, "Acme");
  EXPECT_EQ(product.price, 255);
  EXPECT_EQ(product.list_price, 300);
  EXPECT_EQ(product.stock, 12);
  EXPECT_TRUE(product.available);
  EXPECT_THAT(product.tags, ElementsAre("new", "sale"));
  EXPECT_EQ(product.hash, item_name_hash("85123A"));
  EXPECT_EQ(product.category_hash, item_name_hash("LANTERNS"));
}

TEST(CatalogCsv, TakesColumnsInAnyOrderAndIgnoresOthers) {
  const auto loaded = load("Price,colour,PRODUCT\n1.5,red,a\n");
  ASSERT_EQ(loaded.catalog.size(), 1u);
  EXPECT_EQ(shop::products(loaded.catalog)[0].id, "a");
  EXPECT_EQ(shop::products(loaded.catalog)[0].price, 150);
}

TEST(CatalogCsv, LeavesAbsentFieldsUnknown) {
  const auto loaded = load("product,price,stock,available\na,,,\n");
  ASSERT_EQ(loaded.catalog.size(), 1u);
  EXPECT_EQ(shop::products(loaded.catalog)[0].price, kNoMoney);
  EXPECT_EQ(shop::products(loaded.catalog)[0].stock, kUnknownStock);
  EXPECT_TRUE(shop::products(loaded.catalog)[0].available);
}

TEST(CatalogCsv, ReadsQuotesByteOrderMarkAndCarriageReturns) {
  const auto loaded = load(
      "\xef\xbb\xbfproduct,title\r\n\"a\",\"Lamp, \"\"big\"\"\"\r\n\r\nb,\"two\nlines\"\r\nc,last");
  ASSERT_EQ(loaded.catalog.size(), 3u);
  EXPECT_EQ(shop::products(loaded.catalog)[0].title, "Lamp, \"big\"");
  EXPECT_EQ(shop::products(loaded.catalog)[1].title, "two\nlines");
  EXPECT_EQ(shop::products(loaded.catalog)[2].title, "last");
}

TEST(CatalogCsv, TakesTheSeparatorFromTheFirstRow) {
  EXPECT_EQ(shop::products(load("product;title\na;x,y\n").catalog)[0].title, "x,y");
  EXPECT_EQ(shop::products(load("product\ttitle\na\tx,y\n").catalog)[0].title, "x,y");
}

TEST(CatalogCsv, ReportsEachFaultyRowWithLineAndColumnAndKeepsTheRest) {
  const auto loaded = load(
      "product,price,stock,available\n"
      "a,12.x,1,true\n"
      ",1,1,true\n"
      "b,1,many,true\n"
      "\n"
      "c,1,1,perhaps\n"
      "d,1\n"
      "e,-1,1,true\n"
      "f,1,-3,FALSE\n"
      "f,1,1,true\n"
      "g\xff,1,1,true\n");
  EXPECT_THAT(
      faults_of(loaded),
      ElementsAre("2:3 price \"12.x\" is not a decimal amount in range",
                  "3:1 product \"\" is missing", "4:5 stock \"many\" is not a whole number",
                  "6:7 available \"perhaps\" is neither true nor false",
                  "7:1 the row has 2 cells, the first row 4", "8:3 price \"-1\" is negative",
                  "10:1 product \"f\" is in the catalogue already; the first one is kept",
                  "11:1 product is not UTF-8"));
  EXPECT_EQ(loaded.rows, 9u);
  EXPECT_EQ(loaded.faulty_rows, 8u);
  ASSERT_EQ(loaded.catalog.size(), 1u);
  EXPECT_EQ(shop::products(loaded.catalog)[0].stock, 0);
  EXPECT_FALSE(shop::products(loaded.catalog)[0].available);
}

TEST(CatalogCsv, ConvertsPricesByTheSitesRatesOnly) {
  Site site = shop::make_site();
  site.rates.push_back({*Currency::parse("GBP"), 5, 4});
  const auto loaded =
      load_catalog_csv("id,price,currency\na,2.00,gbp\nb,2.00,USD\nc,2.00,XX\n", site);
  ASSERT_TRUE(loaded);
  ASSERT_EQ(loaded->catalog.size(), 1u);
  EXPECT_EQ(shop::products(loaded->catalog)[0].price, 250);
  EXPECT_THAT(faults_of(*loaded),
              ElementsAre("3:8 currency \"USD\" has no exchange rate for this site",
                          "4:8 currency \"XX\" is not an ISO 4217 code"));
}

TEST(CatalogCsv, RefusesAnUnusableFirstRow) {
  const Site site = shop::make_site();
  EXPECT_EQ(load_catalog_csv("", site).error().code, ErrorCode::kInvalidConfiguration);
  EXPECT_THAT(load_catalog_csv("name,price\n", site).error().detail,
              ::testing::HasSubstr("has no column 'product' or 'id'"));
  EXPECT_THAT(load_catalog_csv("id,price,Price\n", site).error().detail,
              ::testing::HasSubstr("1:10 the catalogue's first row has the column 'Price' twice"));
  EXPECT_THAT(load_catalog_csv("id,\"price\n", site).error().detail,
              ::testing::HasSubstr("a quote is not closed"));
}

TEST(CatalogCsv, AnOpenQuoteCostsNoMoreThanOneRowsLength) {
  std::string text = "id,title\na,\"open\n";
  for (size_t i = 0; text.size() < limits::kCatalogRowBytesMax + 1'000; ++i) {
    text += "filler" + std::to_string(i) + ",x\n";
  }
  text += "z,\"x\"y\nlast,x\n";
  const auto loaded = load(text);
  EXPECT_EQ(loaded.faulty_rows, 2u);
  EXPECT_NE(loaded.faults[0].reason.find("too long"), std::string::npos);
  EXPECT_NE(loaded.faults[1].reason.find("text after a closing quote"), std::string::npos);
  EXPECT_NE(loaded.catalog.find(item_name_hash("last")), nullptr);
}

TEST(CatalogCsv, ListsABoundedNumberOfFaultsAndCountsAll) {
  std::string text = "id,price\n";
  for (size_t i = 0; i < limits::kCatalogFaultsMax + 50; ++i) text += "a,x\n";
  const auto loaded = load(text);
  EXPECT_EQ(loaded.faults.size(), limits::kCatalogFaultsMax);
  EXPECT_EQ(loaded.faulty_rows, limits::kCatalogFaultsMax + 50);
}

TEST(CatalogCsv, BoundsTextsAndTags) {
  const std::string title(limits::kProductTitleBytesMax + 1, 't');
  std::string tags;
  for (size_t i = 0; i <= limits::kProductTagsMax; ++i) tags += "t|";
  const auto loaded = load("id,title,tags\na," + title + ",\nb,," + tags + "\n");
  EXPECT_EQ(loaded.faulty_rows, 2u);
  EXPECT_NE(loaded.faults[0].reason.find("is too long"), std::string::npos);
  EXPECT_NE(loaded.faults[1].reason.find("has too many tags"), std::string::npos);
}

}  // namespace
}  // namespace rekindle::operators
