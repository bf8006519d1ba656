#include <gtest/gtest.h>

#include "tests/operators/audience/shopper.h"

namespace rekindle::operators::audience {
namespace {

TEST(Filter, SelectsByNamesAndAmounts) {
  Shopper shopper;
  shopper.did(EventType::kViewItem, ago(hours(1)), {item("p1", "shoes", "acme", 2'000)})
      .did(EventType::kViewItem, ago(hours(2)), {item("p2", "shoes", "", 500)})
      .did(EventType::kViewItem, ago(hours(3)), {item("p3", "hats", "acme", 9'000)})
      .did(EventType::kViewItem, ago(hours(4)));
  const std::pair<const char*, int> cases[] = {
      {"category == \"shoes\"", 2},
      {"category != \"shoes\"", 2},
      {"not category == \"shoes\"", 2},
      {"brand == \"acme\"", 2},
      {"brand != \"acme\"", 2},
      {"product in [\"p1\", 'p3', \"none\"]", 2},
      {"not product in [\"p1\", \"p3\"]", 2},
      {"category == \"shoes\" and brand == \"acme\"", 1},
      {"category == \"shoes\", brand == \"acme\"", 1},
      {"category == \"shoes\" or brand == \"acme\"", 3},
      {"not (category == \"shoes\" or brand == \"acme\")", 1},
      {"not (category == \"shoes\" and brand == \"acme\")", 3},
      {"category == \"hats\" or category == \"shoes\", brand == \"acme\"", 2},
      {"value > 5", 2},
      {"value >= 5", 3},
      {"value <= 5.00", 1},
      {"value == 20", 1},
      {"value != 20", 2},
      {"value > -1", 3},
      {"quantity == 1", 3},
      {"(category == \"hats\" or value < 6) and not brand == \"none\"", 2},
  };
  for (const auto& [filter, expected] : cases) {
    const std::string expression =
        "count(view_item, 1d, " + std::string(filter) + ") == " + std::to_string(expected);
    EXPECT_TRUE(shopper.is(expression)) << expression;
  }
}

TEST(Filter, AllOfItMustHoldForOneItem) {
  Shopper shopper;
  shopper.did(EventType::kPurchase, ago(hours(1)),
              {item("p1", "shoes", "acme"), item("p2", "hats", "other")});
  EXPECT_TRUE(shopper.is("did(purchase, 1d, category == \"hats\")"));
  EXPECT_TRUE(shopper.is("did(purchase, 1d, category != \"hats\")"));
  EXPECT_FALSE(shopper.is("did(purchase, 1d, category == \"hats\" and brand == \"acme\")"));
}

TEST(Filter, ValueIsInMajorUnitsOfTheSite) {
  Shopper shopper;
  shopper.did(EventType::kPurchase, ago(hours(1)), {}, 1'500);
  EXPECT_TRUE(shopper.is("did(purchase, 1d, value == 15)"));
  shopper.site = site_in("JPY");
  EXPECT_TRUE(shopper.is("did(purchase, 1d, value == 1500)"));
}

}  // namespace
}  // namespace rekindle::operators::audience
