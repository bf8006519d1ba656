#include "operators/decide/catalog/catalog_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/bytes.h"
#include "operators/decide/catalog/catalog_keeper.h"
#include "state/memory_state_store.h"
#include "tests/operators/decide/shop.h"

namespace rekindle::operators {
namespace {

using catalog_format::Head;
using shop::kNoon;
using shop::product;
using ::testing::HasSubstr;

const SiteId kSite = site_id("lamps");

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    constexpr char kDigits[] = "0123456789abcdef";
    text.push_back(kDigits[static_cast<uint8_t>(c) >> 4]);
    text.push_back(kDigits[static_cast<uint8_t>(c) & 15]);
  }
  return text;
}

Product full_product() {
  Product one = product("a", "X > Y", 1'250);
  one.parent = "p";
  one.brand = "B";
  one.list_price = 1'500;
  one.cost = 700;
  one.stock = 3;
  one.tier = 2;
  one.published = EventTime{1'000};
  one.available_from = EventTime{2'000};
  one.expires = EventTime{3'000};
  one.listed = EventTime{4'000};
  one.dropped_from = 1'300;
  one.dropped_at = EventTime{5'000};
  one.available = false;
  one.tags = {"t"};
  one.attributes = {{"c", "r"}};
  return one;
}

TEST(CatalogFormat, HasTheseBytes) {
  std::string bytes;
  catalog_format::encode_product(full_product(), bytes);
  EXPECT_EQ(hex(bytes),
            "01016101700554686520610558203e20590142c413b817f80a0604d00fa01ff02ec03e"
            "a814904e00010174010163"
            "0172");
  Product read;
  ASSERT_TRUE(catalog_format::decode_product(bytes, read));
  EXPECT_EQ(read, full_product());
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(catalog_format::decode_product(std::string_view(bytes).substr(0, size), read));
  }
  std::string head;
  catalog_format::encode_head({3, 5, 0x1122334455667788, true}, head);
  EXPECT_EQ(hex(head),
            "0103058877665544332211"
            "01");
  Head back;
  ASSERT_TRUE(catalog_format::decode_head(head, back));
  EXPECT_EQ(back, (Head{3, 5, 0x1122334455667788, true}));
  EXPECT_EQ(hex(catalog_format::product_key(SiteId{0x01020304}, 9, 0xabc)), hex("catalog/") +
                                                                                "0102030401"
                                                                                "0000000000000009"
                                                                                "0000000000000abc");
}

class CatalogStoreTest : public ::testing::Test {
 protected:
  StoredCatalog load() {
    auto loaded = load_stored_catalog(x_store, kSite);
    EXPECT_TRUE(loaded);
    return std::move(*loaded);
  }
  size_t rows() {
    size_t rows = 0;
    EXPECT_TRUE(x_store.scan(Table::kModels, "", "\xff", [&](auto, auto) { return ++rows, true; }));
    return rows;
  }
  state::MemoryStateStore x_store;
};

TEST_F(CatalogStoreTest, AWholeCatalogueReplacesWhatWasStored) {
  EXPECT_EQ(load().catalog.size(), 0u);
  Head head;
  std::vector<Product> many;
  for (int i = 0; i < 2'500; ++i) many.push_back(product("p" + std::to_string(i), "X"));
  ASSERT_TRUE(store_catalog(x_store, kSite, ProductCatalog(std::move(many)), head));
  EXPECT_EQ(head.generation, 1u);
  EXPECT_EQ(load().catalog.size(), 2'500u);
  ASSERT_TRUE(store_catalog(x_store, kSite, ProductCatalog({product("a", "X")}), head));
  EXPECT_EQ(load().catalog.size(), 1u);
  EXPECT_EQ(load().head, head);
  EXPECT_EQ(rows(), 2u) << "one product and the head";
}

TEST_F(CatalogStoreTest, WhatAnInterruptedWriteLeftIsRemoved) {
  Head head;
  ASSERT_TRUE(store_catalog(x_store, kSite, ProductCatalog({product("a", "X")}), head));
  StateBatch batch;
  batch.put(Table::kModels, catalog_format::product_key(kSite, head.generation + 1, 7), "half");
  batch.put(Table::kModels, catalog_format::product_key(kSite, 0, 7), "old");
  ASSERT_TRUE(x_store.write(batch));
  const StoredCatalog stored = load();
  EXPECT_EQ(stored.catalog.size(), 1u);
  EXPECT_EQ(rows(), 2u);
}

TEST_F(CatalogStoreTest, SitesDoNotMix) {
  Head head;
  ASSERT_TRUE(store_catalog(x_store, kSite, ProductCatalog({product("a", "X")}), head));
  Head other;
  ASSERT_TRUE(store_catalog(x_store, site_id("other"), ProductCatalog({product("b", "X")}), other));
  ASSERT_TRUE(store_catalog(x_store, kSite, ProductCatalog({product("c", "X")}), head));
  EXPECT_EQ(shop::products(load().catalog).at(0).id, "c");
  EXPECT_EQ(load_stored_catalog(x_store, site_id("other"))->catalog.size(), 1u);
}

TEST_F(CatalogStoreTest, ACorruptRowIsAnError) {
  Head head;
  ASSERT_TRUE(store_catalog(x_store, kSite, ProductCatalog({product("a", "X")}), head));
  StateBatch batch;
  batch.put(Table::kModels, catalog_format::product_key(kSite, head.generation, 7), "\x01junk");
  ASSERT_TRUE(x_store.write(batch));
  EXPECT_EQ(load_stored_catalog(x_store, kSite).error().code, ErrorCode::kCorruptRecord);
}

class CatalogKeeperTest : public CatalogStoreTest {
 protected:
  CatalogKeeperTest() { x_keeper.begin(kSite, {std::make_shared<const ProductCatalog>(), {}}); }
  Result<CatalogOutcome> change(std::string_view bytes, bool is_whole) {
    return x_keeper.change({x_site, bytes, CatalogFormat::kAny, is_whole, kNoon},
                           [&](const auto& catalog) { x_seen = catalog; });
  }
  Site x_site = shop::make_site();
  CatalogKeeper x_keeper{&x_store};
  std::shared_ptr<const ProductCatalog> x_seen;
};

TEST_F(CatalogKeeperTest, StoresAndPublishesEachChange) {
  const auto whole = change("id,price\na,1\nb,2\nc,x\n", true);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->version, 1u);
  EXPECT_EQ(whole->products, 2u);
  EXPECT_EQ(whole->faulty_rows, 1u);
  EXPECT_EQ(x_seen->size(), 2u);
  const auto before = x_seen;
  const auto delta = change("{\"id\":\"a\",\"price\":3}\n{\"id\":\"b\",\"deleted\":true}\n", false);
  ASSERT_TRUE(delta);
  EXPECT_EQ(delta->version, 2u);
  EXPECT_EQ(delta->deleted, 1u);
  EXPECT_EQ(before->size(), 2u);
  EXPECT_EQ(x_seen->find(item_name_hash("a"))->price, 300);
  EXPECT_EQ(x_keeper.summary(kSite).products, 1u);
  const StoredCatalog stored = load();
  ASSERT_EQ(stored.catalog.size(), 1u);
  EXPECT_EQ(shop::products(stored.catalog)[0], shop::products(*x_seen)[0]);
  EXPECT_TRUE(stored.head.is_changed);
  EXPECT_EQ(stored.head.changes, 2u);
}

TEST_F(CatalogKeeperTest, AChangeOfManyRowsSurvivesToo) {
  ASSERT_TRUE(change("id\na\n", true));
  std::string rows = "id,price\n";
  for (int i = 0; i < 3'000; ++i) rows += "p" + std::to_string(i) + ",1\n";
  ASSERT_TRUE(change(rows, false));
  EXPECT_EQ(load().catalog.size(), 3'001u);
}

TEST_F(CatalogKeeperTest, WhatCannotBeUsedChangesNothing) {
  ASSERT_TRUE(change("id\na\n", true));
  x_seen = nullptr;
  for (const auto& [bytes, why] : {std::pair{"", "the catalogue's first row is missing"},
                                   {"name\na\n", "no column 'product' or 'id'"},
                                   {"id,price\na,x\n", "none of its 1 rows can be used"},
                                   {"<rss>", "the XML cannot be read"},
                                   {"{\"id\":1", "none of its 1 rows can be used"},
                                   {"id\n", "there is no row in it"}}) {
    for (const bool is_whole : {true, false}) {
      const auto refused = change(bytes, is_whole);
      ASSERT_FALSE(refused) << bytes;
      EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
      EXPECT_THAT(refused.error().detail, HasSubstr(why));
    }
  }
  EXPECT_EQ(x_seen, nullptr);
  EXPECT_EQ(load().catalog.size(), 1u);
  Site other = x_site;
  other.id = site_id("other");
  EXPECT_EQ(
      x_keeper.change({other, "id\na\n", CatalogFormat::kAny, true, kNoon}, [](const auto&) {})
          .error()
          .code,
      ErrorCode::kNotFound);
}

}  // namespace
}  // namespace rekindle::operators
