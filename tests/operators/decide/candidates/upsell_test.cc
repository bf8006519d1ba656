#include "operators/decide/candidates/upsell.h"

#include "tests/operators/decide/one_source.h"

namespace rekindle::operators {
namespace {

using shop::did;
using shop::kNoon;
using shop::product;
using ::testing::ElementsAre;

class UpsellTest : public OneSource {
 protected:
  static Product with(Product one, std::vector<Attribute> attributes, int32_t tier = kNoTier) {
    one.attributes = std::move(attributes);
    one.tier = tier;
    return one;
  }
};

TEST_F(UpsellTest, OffersWhatCostsALittleMoreInTheSameCategory) {
  make({product("base", "X", 1'000), product("near", "X", 1'100), product("far", "X", 1'500),
        product("too_near", "X", 1'049), product("too_far", "X", 1'501),
        product("cheaper", "X", 900), product("other", "Y", 1'200), product("free", "X", 0)},
       {{.source = "upsell"}});
  EXPECT_THAT(offered(), ElementsAre("nothing: nothing in the cart and nothing viewed yet"));
  did(x_visitor, kNoon, kView, "base");
  EXPECT_THAT(offered(), ElementsAre("near", "far"));
  EXPECT_EQ(decide().offers[0].reasons[0], "a step up from The base: 10 % more");
}

TEST_F(UpsellTest, OfTiersTheNextOneAboveWhateverItCosts) {
  make({with(product("basic", "X", 1'000), {}, 1), with(product("plus", "X", 5'000), {}, 2),
        with(product("plus2", "X", 6'000), {}, 2), with(product("pro", "X", 3'000), {}, 3),
        product("untiered", "X", 1'200)},
       {{.source = "upsell"}});
  did(x_visitor, kNoon, kView, "basic");
  EXPECT_THAT(offered(), ElementsAre("plus", "plus2"));
}

TEST_F(UpsellTest, TheMostAlikeComesFirstAndTooLittleInCommonIsNone) {
  const std::vector<Attribute> red_m = {{"color", "red"}, {"size", "M"}};
  make({with(product("base", "X", 1'000), red_m), with(product("alike", "X", 1'400), red_m),
        with(product("half", "X", 1'200), {{"color", "blue"}, {"size", "M"}}),
        product("unlike", "X", 1'100)},
       {{.source = "upsell", .attributes_min = 1}});
  did(x_visitor, kNoon, kView, "base");
  EXPECT_THAT(offered(), ElementsAre("alike", "half"));
  EXPECT_EQ(decide().offers[0].reasons[0],
            "a step up from The base: 40 % more, 2 of 2 attributes the same");
}

TEST_F(UpsellTest, VariantsOfTheSameThingAreNoStepUp) {
  Product base = product("base", "X", 1'000);
  Product variant = product("variant", "X", 1'200);
  base.parent = variant.parent = "family";
  make({base, variant}, {{.source = "upsell"}});
  did(x_visitor, kNoon, kView, "base");
  EXPECT_THAT(offered(), ElementsAre("nothing: nothing is a step up from it"));
}

TEST_F(UpsellTest, WithoutAPriceThereIsNoStep) {
  make({product("base", "X", kNoMoney), product("near", "X", 1'100)}, {{.source = "upsell"}});
  did(x_visitor, kNoon, kView, "base");
  EXPECT_THAT(offered(),
              ElementsAre("nothing: no price is known of what is in the cart or was viewed last"));
}

}  // namespace
}  // namespace rekindle::operators
