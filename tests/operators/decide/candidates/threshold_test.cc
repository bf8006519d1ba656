#include "operators/decide/candidates/threshold.h"

#include "operators/decide/cart_value.h"
#include "tests/operators/decide/one_source.h"

namespace rekindle::operators {
namespace {

using shop::product;
using ::testing::ElementsAre;

class ThresholdTest : public OneSource {
 protected:
  void make_with(const ThresholdConfig& threshold) {
    SourceConfig source;
    source.source = "threshold";
    source.threshold = threshold;
    make({product("base", "X", 3'000), product("p10", "X", 1'000), product("p12", "Y", 1'200),
          product("p15", "Y", 1'500), product("p5", "Y", 500),
          product("card", "Gifts > Cards", 2'000), product("no_price", "X", kNoMoney)},
         {source});
    learn({{kView, "p10"},
           {kView, "p12"},
           {kView, "p15"},
           {kView, "p5"},
           {kView, "card"},
           {kView, "no_price"}});
  }
  static ThresholdConfig goal(std::string amount) {
    ThresholdConfig threshold;
    threshold.goal = std::move(amount);
    return threshold;
  }
};

TEST_F(ThresholdTest, OffersWhatClosesTheGapAloneTheLeastOvershootFirst) {
  make_with(goal("41.00"));
  put_in_cart("base");
  EXPECT_THAT(offered(), ElementsAre("p12", "p15", "card"));
  EXPECT_EQ(decide().offers[0].reasons[0], "11.00 EUR with tax more for free shipping");
  EXPECT_NEAR(decide().offers[0].score, 11.0 / 12, 1e-9);
}

TEST_F(ThresholdTest, OffersThePairThatOvershootsLeastWhenNothingAloneIsEnough) {
  make_with(goal("54.50"));
  put_in_cart("base");
  EXPECT_THAT(offered(), ElementsAre("p10", "p15"));
  EXPECT_EQ(decide().offers[1].reasons[0],
            "24.50 EUR with tax more for free shipping; two products together close the gap");
  EXPECT_THAT(offered(1), ElementsAre("nothing: nothing closes the gap to the amount"));
}

TEST_F(ThresholdTest, SaysWhyThereIsNothingToClose) {
  make_with(goal("41"));
  EXPECT_THAT(offered(), ElementsAre("nothing: the cart is empty"));
  put_in_cart("base", 4'100);
  EXPECT_THAT(offered(), ElementsAre("nothing: the cart has reached the amount already"));
  put_in_cart("no_price");
  EXPECT_THAT(offered(), ElementsAre("nothing: a price in the cart is not known"));
  make_with(goal("500"));
  x_visitor.cart.lines.clear();
  put_in_cart("base");
  EXPECT_THAT(offered(), ElementsAre("nothing: nothing closes the gap to the amount"));
}

TEST_F(ThresholdTest, AGoalInAnotherCurrencyNeedsARate) {
  ThresholdConfig threshold = goal("50");
  threshold.currency = "USD";
  make_with(threshold);
  put_in_cart("base");
  EXPECT_THAT(offered(),
              ElementsAre("nothing: the goal is in a currency that the site has no rate for"));
  x_site.rates.push_back({*Currency::parse("USD"), 4, 5});  // 40 EUR
  EXPECT_THAT(offered(), ElementsAre("p10", "p12", "p15", "card"));
}

TEST_F(ThresholdTest, TheBasisIsExplicit) {
  x_visitor.cart.lines.clear();
  put_in_cart("base", 2'975, 2);
  put_in_cart("card", 2'000);
  const Site site = x_site;
  const auto gap = [&](const ThresholdConfig& threshold, std::string discount = "") {
    SiteModel model;
    model.catalog = std::make_shared<const ProductCatalog>(std::vector<Product>{
        product("base", "X"), product("card", "Gifts > Cards"), product("p10", "X")});
    DecideRequest request;
    request.cart_discount = std::move(discount);
    const DecideView view(request, site, x_visitor, shop::kNoon, model);
    const GoalGap found = gap_to_goal(view, threshold);
    EXPECT_EQ(found.fault, "");
    return found.gap();
  };
  ThresholdConfig threshold = goal("100.00");
  EXPECT_EQ(gap(threshold), 10'000 - 7'950);
  EXPECT_EQ(gap(threshold, "10.00"), 10'000 - 6'950);
  threshold.after_discounts = false;
  EXPECT_EQ(gap(threshold, "10.00"), 10'000 - 7'950);
  threshold.not_categories = {"Gifts"};
  EXPECT_EQ(gap(threshold), 10'000 - 5'950);
  threshold.not_categories = {};
  threshold.not_products = {"base"};
  EXPECT_EQ(gap(threshold), 10'000 - 2'000);
  threshold.is_net = true;
  threshold.tax_permille = 190;
  EXPECT_EQ(gap(threshold), 10'000 - 1'681) << "20.00 with 19 % tax are 16.81 without";
  threshold.prices_are_net = true;
  EXPECT_EQ(gap(threshold), 10'000 - 2'000);
  threshold.is_net = false;
  EXPECT_EQ(gap(threshold), 10'000 - 2'380);
}

TEST_F(ThresholdTest, ARequestsCartCountsAtTheCataloguesPrices) {
  make_with(goal("61.00"));
  put_in_cart("base", 9'999);
  x_request.cart = {"base", "base"};
  EXPECT_THAT(offered(1), ElementsAre("p5"));
  x_request.cart_discount = "junk";
  EXPECT_THAT(offered(1), ElementsAre("nothing: the cart's discount is not an amount"));
}

}  // namespace
}  // namespace rekindle::operators
