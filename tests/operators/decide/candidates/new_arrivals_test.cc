#include "operators/decide/candidates/new_arrivals.h"

#include "tests/operators/decide/one_source.h"

namespace rekindle::operators {
namespace {

using shop::did;
using shop::kNoon;
using shop::product;
using ::testing::ElementsAre;

Product published(const char* id, const char* category, Duration ago) {
  Product one = product(id, category);
  one.published = kNoon - ago;
  one.brand = one.id.substr(0, 1);
  return one;
}

class NewArrivalsTest : public OneSource {
 protected:
  static std::vector<Product> products() {
    return {published("a1", "X > Y", days(1)), published("a2", "X", days(3)),
            published("b1", "Z", days(2)),     published("old", "Z", days(40)),
            published("soon", "X", days(-1)),  product("undated", "X")};
  }
};

TEST_F(NewArrivalsTest, OffersTheNewestOfTheShopAndNothingOldOrComing) {
  make(products(), {{.source = "new_arrivals"}});
  EXPECT_THAT(offered(), ElementsAre("a1", "b1", "a2"));
  EXPECT_EQ(decide().offers[0].reasons[0], "new in the shop since 2026-11-02");
  EXPECT_NEAR(decide().offers[1].score, 1 - 2.0 / 30, 1e-9);
}

TEST_F(NewArrivalsTest, OfGivenCategoriesWithAllBelowThemAndBrandsInTurn) {
  make(products(), {{.source = "new_arrivals", .categories = {"X"}, .brands = {"b"}}});
  EXPECT_THAT(offered(), ElementsAre("a1", "b1", "a2"));
  make(products(), {{.source = "new_arrivals", .categories = {"Z"}, .within = days(60)}});
  EXPECT_THAT(offered(), ElementsAre("b1", "old"));
}

TEST_F(NewArrivalsTest, OfWhatTheVisitorDealtWith) {
  make(products(), {{.source = "new_arrivals_of_visited_categories"}});
  EXPECT_THAT(offered(), ElementsAre("nothing: nothing is new, or nothing new is left"));
  did(x_visitor, kNoon - hours(1), kView, "old", "Z");
  EXPECT_THAT(offered(), ElementsAre("b1"));
  make(products(), {{.source = "new_arrivals_of_visited_brands"}});
  did(x_visitor, kNoon - minutes(1), kView, "a2");
  EXPECT_THAT(offered(), ElementsAre("a1", "a2"));
}

}  // namespace
}  // namespace rekindle::operators
