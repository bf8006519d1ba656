#include "operators/decide/candidates/bundle.h"

#include "tests/operators/decide/one_source.h"

namespace rekindle::operators {
namespace {

using shop::did;
using shop::kNoon;
using shop::product;
using ::testing::ElementsAre;

class BundleTest : public OneSource {};

TEST_F(BundleTest, OffersTheConfiguredSetAtItsPriceWhatIsMissingFirst) {
  make({product("cam", "X", 10'000), product("bag", "Y", 2'005), product("sd", "Y", 1'000)},
       {{.source = "bundle", .products = {"cam", "bag", "sd"}, .discount_percent = 15}});
  did(x_visitor, kNoon, kView, "else");
  EXPECT_THAT(offered(),
              ElementsAre("nothing: nothing of the set is in the cart or was viewed last"));
  put_in_cart("cam");
  const Decision decision = decide();
  ASSERT_EQ(decision.offers.size(), 1u);
  const Offer& offer = decision.offers[0];
  EXPECT_EQ(offer.type, "bundle");
  EXPECT_EQ(offer.product, "bag");
  EXPECT_THAT(offer.bundle, ElementsAre("bag", "sd", "cam"));
  EXPECT_EQ(offer.list_price, "130.05");
  EXPECT_EQ(offer.price, "110.54") << "11054.25 cents, half away from zero";
  EXPECT_EQ(offer.reasons[0],
            "with The sd and The cam, 110.54 instead of 130.05 EUR: goes together");
}

TEST_F(BundleTest, NothingWhenAPartCannotBeSold) {
  std::vector<Product> products = {product("cam", "X", 10'000), product("bag", "Y", 2'000)};
  products[1].stock = 0;
  make(products, {{.source = "bundle", .products = {"cam", "bag"}}});
  put_in_cart("cam");
  EXPECT_THAT(offered(), ElementsAre("nothing: a product of the set cannot be offered now"));
  EXPECT_THAT(rejected(), ElementsAre("bag:out_of_stock"));
  products[1].stock = kUnknownStock;
  products[1].price = kNoMoney;
  make(products, {{.source = "bundle", .products = {"cam", "bag"}}});
  EXPECT_THAT(offered(), ElementsAre("nothing: a product of the set has no price"));
  make(products, {{.source = "bundle", .products = {"cam", "gone"}}});
  EXPECT_THAT(offered(), ElementsAre("nothing: a product of the set is not in the catalogue"));
  make(products, {{.source = "bundle", .products = {"cam"}}});
  EXPECT_THAT(offered(), ElementsAre("nothing: all of the set is in the cart"));
}

TEST_F(BundleTest, WithoutASetItIsWhatIsBoughtTogetherMost) {
  make({product("a", "X", 1'000), product("b", "Y", 500), product("c", "Y", 500)},
       {{.source = "bundle"}});
  learn({{kBuy, "a"}, {kBuy, "b"}}, 5);
  learn({{kBuy, "a"}, {kBuy, "c"}});
  learn({{kBuy, "other"}}, 20);
  did(x_visitor, kNoon, kView, "a");
  const Decision decision = decide();
  ASSERT_EQ(decision.offers.size(), 1u) << decision.nothing_because;
  EXPECT_THAT(decision.offers[0].bundle, ElementsAre("a", "b"));
  EXPECT_EQ(decision.offers[0].price, "13.50");
  EXPECT_EQ(decision.offers[0].reasons[0],
            "with The b, 13.50 instead of 15.00 EUR: bought in one order 5 times");
}

}  // namespace
}  // namespace rekindle::operators
