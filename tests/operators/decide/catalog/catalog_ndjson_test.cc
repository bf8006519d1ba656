#include "operators/decide/catalog/catalog_ndjson.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/limits.h"
#include "operators/decide/catalog/catalog_csv.h"
#include "tests/operators/decide/shop.h"

namespace rekindle::operators {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

LoadedCatalog load(std::string_view text) {
  return load_catalog_ndjson(text, shop::make_site());
}

std::vector<std::string> faults_of(const LoadedCatalog& loaded) {
  std::vector<std::string> texts;
  for (const CatalogFault& fault : loaded.faults) texts.push_back(to_string(fault));
  return texts;
}

TEST(CatalogNdjson, ReadsEveryField) {
  const auto loaded =
      load(R"({"id":"85123A","title":"Heart \"big\" \u00e9","category":"LANTERNS","brand":"Acme",)"
           R"("price":2.55,"list_price":"3","currency":"EUR","stock":12,"available":false,)"
           R"("tags":["new","sale"],"colour":{"deep":[1,2]}})"
           "\n");
  EXPECT_THAT(faults_of(loaded), ElementsAre());
  ASSERT_EQ(loaded.catalog.size(), 1u);
  const Product product = shop::products(loaded.catalog)[0];
  EXPECT_EQ(product.id, "85123A");
  EXPECT_EQ(product.title, "Heart \"big\" \xc3\xa9");
  EXPECT_EQ(product.category, "LANTERNS");
  EXPECT_EQ(product.price, 255);
  EXPECT_EQ(product.list_price, 300);
  EXPECT_EQ(product.stock, 12);
  EXPECT_FALSE(product.available);
  EXPECT_THAT(product.tags, ElementsAre("new", "sale"));
}

TEST(CatalogNdjson, NumbersKeepTheirDigitsAndNullIsAbsent) {
  const auto loaded = load("{\"product\":90071992547409931,\"price\":0.125,\"stock\":null}\n");
  ASSERT_EQ(loaded.catalog.size(), 1u) << faults_of(loaded)[0];
  EXPECT_EQ(shop::products(loaded.catalog)[0].id, "90071992547409931");
  EXPECT_EQ(shop::products(loaded.catalog)[0].price, 13);
  EXPECT_EQ(shop::products(loaded.catalog)[0].stock, kUnknownStock);
}

TEST(CatalogNdjson, ReportsEachFaultyLineAndKeepsTheRest) {
  const auto loaded = load(
      "{\"id\":\"a\",\"price\":1e3}\n"
      "\n"
      "not json\n"
      "[1]\n"
      "{\"id\":{}}\n"
      "{\"id\":true}\n"
      "{\"id\":\"b\",\"tags\":[1]}\n"
      "{\"id\":\"c\"\n"
      "{\"id\":\"d\"} {\"id\":\"e\"}\n"
      "{\"title\":\"no id\"}\n"
      "{\"id\":\"ok\"}");
  const auto faults = faults_of(loaded);
  ASSERT_EQ(faults.size(), 9u);
  EXPECT_EQ(faults[0], "1:19 price \"1e3\" is not a decimal amount in range");
  EXPECT_THAT(faults[1], HasSubstr("3:1 the line is not a JSON object"));
  EXPECT_THAT(faults[2], HasSubstr("4:1 the line is not a JSON object"));
  EXPECT_EQ(faults[3], "5:7 an object is of the wrong type here");
  EXPECT_EQ(faults[4], "6:7 true or false is of the wrong type");
  EXPECT_EQ(faults[5], "7:18 tags are not texts");
  EXPECT_THAT(faults[6], HasSubstr("8:"));
  EXPECT_THAT(faults[7], HasSubstr("9:12 the JSON is malformed"));
  EXPECT_EQ(faults[8], "10:1 product \"\" is missing");
  EXPECT_EQ(loaded.rows, 10u);
  ASSERT_EQ(loaded.catalog.size(), 1u);
  EXPECT_EQ(shop::products(loaded.catalog)[0].id, "ok");
}

TEST(CatalogNdjson, RefusesInvalidUtf8AndOverlongLines) {
  const std::string title(limits::kCatalogRowBytesMax, 't');
  const auto loaded = load("{\"id\":\"a\xff\"}\n{\"id\":\"b\",\"title\":\"" + title + "\"}\n");
  EXPECT_EQ(loaded.faulty_rows, 2u);
  EXPECT_EQ(loaded.catalog.size(), 0u);
  EXPECT_EQ(faults_of(loaded)[1], "2:1 the row is too long");
}

TEST(CatalogNdjson, GivesTheSameProductsAsCsv) {
  const auto json = load(
      "{\"id\":\"a\",\"category\":\"X\",\"price\":\"1.5\",\"stock\":0}\n"
      "{\"id\":\"b\",\"category\":\"Y\",\"available\":false}\n");
  const auto csv = load_catalog_csv("id,category,price,stock,available\na,X,1.5,0,\nb,Y,,,no\n",
                                    shop::make_site());
  ASSERT_TRUE(csv);
  ASSERT_EQ(json.catalog.size(), csv->catalog.size());
  for (size_t i = 0; i < json.catalog.size(); ++i) {
    const Product a = shop::products(json.catalog)[i];
    const Product b = shop::products(csv->catalog)[i];
    EXPECT_EQ(a.hash, b.hash);
    EXPECT_EQ(a.category_hash, b.category_hash);
    EXPECT_EQ(a.price, b.price);
    EXPECT_EQ(a.stock, b.stock);
    EXPECT_EQ(a.available, b.available);
  }
}

}  // namespace
}  // namespace rekindle::operators
