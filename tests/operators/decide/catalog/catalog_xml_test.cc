#include "operators/decide/catalog/catalog_xml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/limits.h"
#include "tests/operators/decide/shop.h"

namespace rekindle::operators {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view kOpen =
    "<?xml version=\"1.0\"?>\n"
    "<rss xmlns:g=\"http://base.google.com/ns/1.0\" version=\"2.0\"><channel>\n"
    "<title>A shop</title>\n";
constexpr std::string_view kClose = "</channel></rss>\n";

LoadedCatalog load(const std::string& items) {
  const Site site = shop::make_site();
  CatalogBuilder builder(site);
  const auto read = read_catalog_xml(std::string(kOpen) + items + std::string(kClose), builder);
  EXPECT_TRUE(read) << (read ? "" : to_string(read.error()));
  return builder.finish();
}

std::string error_of(std::string_view xml) {
  const Site site = shop::make_site();
  CatalogBuilder builder(site);
  const auto read = read_catalog_xml(xml, builder);
  return read ? "" : read.error().detail;
}

TEST(CatalogXml, ReadsAGoogleMerchantFeed) {
  const auto loaded = load(
      "<item>\n"
      "<g:id>TV-1 </g:id><title>Plain title</title><g:title>TV &amp; more</g:title>\n"
      "<g:item_group_id>TV</g:item_group_id>\n"
      "<g:product_type>Home &gt; Media&gt;TVs</g:product_type>\n"
      "<g:product_type>Second</g:product_type>\n"
      "<g:google_product_category>404</g:google_product_category>\n"
      "<g:brand><![CDATA[A&B]]></g:brand>\n"
      "<g:price>159.00 EUR</g:price><g:sale_price>139.50 EUR</g:sale_price>\n"
      "<g:cost_of_goods_sold>90 EUR</g:cost_of_goods_sold>\n"
      "<g:availability>in stock</g:availability><g:quantity>7</g:quantity>\n"
      "<g:expiration_date>2026-12-24T18:00:00+01:00</g:expiration_date>\n"
      "<g:color>black</g:color><g:custom_label_0>tv</g:custom_label_0>\n"
      "<g:product_detail><g:section_name>General</g:section_name>"
      "<g:attribute_name>Inches</g:attribute_name><g:attribute_value>50</g:attribute_value>"
      "</g:product_detail>\n"
      "<g:shipping><g:price>5 EUR</g:price></g:shipping>\n"
      "</item>\n");
  ASSERT_EQ(loaded.catalog.size(), 1u) << to_string(loaded.faults.at(0));
  const Product product = shop::products(loaded.catalog)[0];
  EXPECT_EQ(product.id, "TV-1");
  EXPECT_EQ(product.title, "TV & more");
  EXPECT_EQ(product.parent, "TV");
  EXPECT_EQ(product.category, "Home > Media > TVs");
  EXPECT_EQ(product.brand, "A&B");
  EXPECT_EQ(product.price, 13'950);
  EXPECT_EQ(product.list_price, 15'900);
  EXPECT_EQ(product.margin(), 4'950);
  EXPECT_EQ(product.stock, 7);
  EXPECT_EQ(product.expires.ms, 1'798'131'600'000);
  EXPECT_THAT(product.tags, ElementsAre("tv"));
  EXPECT_THAT(product.attributes,
              ElementsAre(Attribute{"Inches", "50"}, Attribute{"color", "black"}));
}

TEST(CatalogXml, ReadsAtomAndFeedsWithoutANamespace) {
  const Site site = shop::make_site();
  CatalogBuilder atom(site);
  ASSERT_TRUE(read_catalog_xml(
      "<feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:x=\"http://base.google.com/ns/1.0\">"
      "<title>shop</title><entry><id>http://shop/a</id><title>T</title><x:id>a</x:id>"
      "<x:price>1.50</x:price></entry></feed>",
      atom));
  const auto entries = shop::products(atom.finish().catalog);
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].id, "a");
  EXPECT_EQ(entries[0].title, "T");
  EXPECT_EQ(entries[0].price, 150);
  CatalogBuilder plain(site);
  ASSERT_TRUE(read_catalog_xml(
      "<rss><channel><item><id>b</id><price>2</price></item></channel></rss>", plain));
  EXPECT_EQ(shop::products(plain.finish().catalog).at(0).price, 200);
}

TEST(CatalogXml, ListsFaultyItemsWithThePlaceOfTheField) {
  const auto loaded = load(
      "<item><g:id>a</g:id><g:price>cheap</g:price></item>\n"
      "<item><g:price>1</g:price></item>\n"
      "<item><g:id>b</g:id><g:price>3 USD</g:price></item>\n"
      "<item><g:id>c</g:id></item>\n");
  std::vector<std::string> faults;
  for (const CatalogFault& fault : loaded.faults) faults.push_back(to_string(fault));
  EXPECT_THAT(faults, ElementsAre("4:21 price \"cheap\" is not a decimal amount in range",
                                  "5:1 product \"\" is missing",
                                  "6:21 price \"3 USD\" has no exchange rate for this site"));
  EXPECT_EQ(loaded.rows, 4u);
  EXPECT_EQ(loaded.catalog.size(), 1u);
}

TEST(CatalogXml, ASalePriceWithDatesIsNotTaken) {
  const auto loaded = load(
      "<item><g:id>a</g:id><g:price>10</g:price><g:sale_price>8</g:sale_price>"
      "<g:sale_price_effective_date>2026-01-01T00:00Z/2026-02-01T00:00Z"
      "</g:sale_price_effective_date></item>");
  EXPECT_EQ(shop::products(loaded.catalog).at(0).price, 1'000);
}

TEST(CatalogXml, APreorderCanBeOrderedBeforeItsDay) {
  const auto loaded = load(
      "<item><g:id>a</g:id><g:availability>preorder</g:availability>"
      "<g:availability_date>2027-01-01</g:availability_date></item>"
      "<item><g:id>b</g:id><g:availability_date>2027-01-01</g:availability_date></item>");
  const auto products = shop::products(loaded.catalog);
  EXPECT_TRUE(products.at(0).available);
  EXPECT_EQ(products.at(0).available_from, EventTime::before_all());
  EXPECT_EQ(products.at(1).available_from.ms, 1'798'761'600'000);
}

TEST(CatalogXml, RefusesWhatCannotBeReadAsAWhole) {
  EXPECT_THAT(error_of(""), HasSubstr("the XML cannot be read"));
  EXPECT_THAT(error_of("<rss><channel><item>\n<id>a</id>"),
              HasSubstr("2:11 the XML cannot be read"));
  EXPECT_THAT(error_of("<rss/>"), HasSubstr("has no item"));
  EXPECT_THAT(error_of("<!DOCTYPE x [<!ENTITY a \"aaaa\">]><rss>&a;</rss>"),
              HasSubstr("a DOCTYPE is not accepted"));
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "<a>";
  EXPECT_THAT(error_of(deep), HasSubstr("too deep"));
}

TEST(CatalogXml, AnOverlongItemIsOneFault) {
  const auto loaded =
      load("<item><g:id>a</g:id><g:title>" + std::string(limits::kCatalogRowBytesMax, 't') +
           "</g:title></item><item><g:id>b</g:id></item>");
  EXPECT_EQ(loaded.faulty_rows, 1u);
  EXPECT_EQ(loaded.catalog.size(), 1u);
}

}  // namespace
}  // namespace rekindle::operators
