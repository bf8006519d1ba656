#include "operators/decide/product_catalog.h"

#include <gtest/gtest.h>

#include "tests/operators/decide/shop.h"

namespace rekindle::operators {
namespace {

using shop::product;

TEST(ProductCatalog, FindsProductsByTheHashOfTheirId) {
  const ProductCatalog catalog({product("a", "X"), product("b", "Y")});
  ASSERT_NE(catalog.find(item_name_hash("b")), nullptr);
  EXPECT_EQ(catalog.find(item_name_hash("b"))->id, "b");
  EXPECT_EQ(catalog.find(item_name_hash("c")), nullptr);
  EXPECT_EQ(catalog.find(kNoName), nullptr);
}

TEST(ProductCatalog, ListsACategoryInTheOrderOfTheCatalogue) {
  const ProductCatalog catalog({product("a", "X"), product("b", "Y"), product("c", "X"),
                                product("d", ""), product("e", "X")});
  std::string ids;
  for (const uint32_t index : catalog.in_category(item_name_hash("X"))) {
    ids += catalog.products()[index].id;
  }
  EXPECT_EQ(ids, "ace");
  EXPECT_EQ(catalog.category_name(item_name_hash("Y")), "Y");
  EXPECT_EQ(catalog.categories(), 2u);
}

TEST(ProductCatalog, KnowsNothingOfUnknownCategories) {
  const ProductCatalog catalog({product("a", "")});
  EXPECT_TRUE(catalog.in_category(item_name_hash("X")).empty());
  EXPECT_TRUE(catalog.in_category(kNoName).empty());
  EXPECT_EQ(catalog.category_name(kNoName), "");
}

TEST(ProductCatalog, KeepsTheFirstOfTwoProductsWithOneId) {
  const ProductCatalog catalog({product("a", "X", 1), product("a", "Y", 2)});
  EXPECT_EQ(catalog.size(), 1u);
  EXPECT_EQ(catalog.find(item_name_hash("a"))->price, 1);
  EXPECT_EQ(catalog.categories(), 1u);
}

}  // namespace
}  // namespace rekindle::operators
