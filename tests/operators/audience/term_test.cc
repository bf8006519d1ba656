// Every term at its boundaries: at now − W, at now, one millisecond to either side.
#include <gtest/gtest.h>

#include "tests/operators/audience/shopper.h"

namespace rekindle::operators::audience {
namespace {

constexpr Duration kMs = milliseconds(1);
constexpr EventTime kNever = EventTime::never();

TEST(Count, WindowIsOpenAtItsOldEdgeAndClosedAtNow) {
  struct Case {
    EventTime at;
    bool counts;
    EventTime until;
  };
  const Case cases[] = {
      {ago(days(7)) - kMs, false, kNever},    {ago(days(7)), false, kNever},
      {ago(days(7)) + kMs, true, kNow + kMs}, {kNow, true, kNow + days(7)},
      {kNow + kMs, false, kNow + kMs},
  };
  for (const Case& c : cases) {
    Shopper shopper;
    shopper.did(EventType::kViewItem, c.at);
    const int64_t offset = (c.at - kNow).ms;
    EXPECT_EQ(shopper.is("count(view_item, 7d) == 1"), c.counts) << offset;
    EXPECT_EQ(shopper.is("did(view_item, 7d)"), c.counts) << offset;
    EXPECT_EQ(shopper.is("count(view_item, 7d) == 0"), !c.counts) << offset;
    EXPECT_EQ(shopper.until("did(view_item, 7d)"), c.until) << offset;
    EXPECT_EQ(shopper.until("count(view_item, 7d) == 0"), c.until) << offset;
  }
}

TEST(Count, ComparisonsAgreeWithTheNumberOnBothSides) {
  Shopper shopper;
  for (int i = 1; i <= 3; ++i) shopper.did(EventType::kViewItem, ago(hours(i)));
  struct Case {
    const char* compare;
    bool with[5];  // for 1, 2, 3, 4, 5
  };
  const Case cases[] = {
      {"<", {false, false, false, true, true}},   {"<=", {false, false, true, true, true}},
      {">", {true, true, false, false, false}},   {">=", {true, true, true, false, false}},
      {"==", {false, false, true, false, false}}, {"!=", {true, true, false, true, true}}};
  for (const Case& c : cases) {
    for (int k = 1; k <= 5; ++k) {
      const std::string number = std::to_string(k);
      const std::string left = "count(view_item, 1d) " + std::string(c.compare) + " " + number;
      EXPECT_EQ(shopper.is(left), c.with[k - 1]) << left;
      EXPECT_EQ(shopper.is(left + " + 0"), c.with[k - 1]) << left;
      EXPECT_EQ(shopper.is("0 + " + left), c.with[k - 1]) << "not a threshold: " << left;
      EXPECT_EQ(shopper.until("0 + " + left) <= shopper.until(left), true) << left;
    }
  }
  EXPECT_TRUE(shopper.is("2 < count(view_item, 1d)"));
  EXPECT_TRUE(shopper.is("3 >= count(view_item, 1d)"));
  EXPECT_FALSE(shopper.is("4 <= count(view_item, 1d)"));
}

TEST(Count, FractionsAndNegativeNumbersAreComparedExactly) {
  Shopper shopper;
  shopper.did(EventType::kViewItem, ago(hours(1))).did(EventType::kViewItem, ago(hours(2)));
  EXPECT_TRUE(shopper.is("count(view_item, 1d) > 1.5"));
  EXPECT_TRUE(shopper.is("count(view_item, 1d) >= 1.5"));
  EXPECT_FALSE(shopper.is("count(view_item, 1d) > 2.5"));
  EXPECT_FALSE(shopper.is("count(view_item, 1d) == 1.5"));
  EXPECT_TRUE(shopper.is("count(view_item, 1d) != 1.5"));
  EXPECT_TRUE(shopper.is("count(view_item, 1d) >= 0"));
  EXPECT_TRUE(shopper.is("count(view_item, 1d) > -1"));
  EXPECT_FALSE(shopper.is("count(view_item, 1d) == -1"));
}

TEST(Count, TrueThresholdLastsUntilItsNewestNeededEntryLeaves) {
  Shopper shopper;
  for (int i = 1; i <= 4; ++i) shopper.did(EventType::kViewItem, ago(hours(i)));
  EXPECT_EQ(shopper.until("count(view_item, 1d) >= 2"), ago(hours(2)) + days(1));
  EXPECT_EQ(shopper.until("count(view_item, 1d) < 2"), ago(hours(2)) + days(1));
  EXPECT_EQ(shopper.until("count(view_item, 1d) == 4"), ago(hours(4)) + days(1));
}

TEST(Count, AnyLeavesOutWhatWasShownToTheVisitor) {
  Shopper shopper;
  shopper.did(EventType::kOfferShown, ago(hours(1))).did(EventType::kOfferConverted, ago(hours(1)));
  EXPECT_TRUE(shopper.is("count(any, 1d) == 0"));
  EXPECT_TRUE(shopper.is("count(offer_shown, 1d) == 1"));
  shopper.did(EventType::kSearch, ago(hours(1))).did(custom_type("quiz"), ago(hours(2)));
  EXPECT_TRUE(shopper.is("count(any, 1d) == 2"));
  EXPECT_TRUE(shopper.is("did(custom:quiz, 1d)"));
  EXPECT_TRUE(shopper.is("did(\"custom:quiz\", 1d)"));
  EXPECT_FALSE(shopper.is("did(custom:other, 1d)"));
}

TEST(Count, WindowMayBeAProductOfDurations) {
  Shopper shopper;
  shopper.did(EventType::kViewItem, ago(days(240)) + kMs);
  EXPECT_TRUE(shopper.is("did(view_item, 8 * 30d)"));
  EXPECT_FALSE(shopper.is("did(view_item, 8 * 30d - 1s)"));
  EXPECT_TRUE(shopper.is("did(view_item, 400d)"));
}

TEST(Amounts, AreOverTheEventsOfTheWindow) {
  Shopper shopper;
  shopper.did(EventType::kPurchase, ago(days(1)), {}, 2'500)
      .did(EventType::kPurchase, ago(days(2)), {}, 1'000)
      .did(EventType::kPurchase, ago(days(40)), {}, 900'000);
  EXPECT_TRUE(shopper.is("sum(purchase, value, 30d) == 35"));
  EXPECT_TRUE(shopper.is("min(purchase, value, 30d) == 10"));
  EXPECT_TRUE(shopper.is("max(purchase, value, 30d) == 25"));
  EXPECT_TRUE(shopper.is("avg(purchase, value, 30d) == 17.5"));
  EXPECT_TRUE(shopper.is("sum(purchase, value, 60d) == 9035.00"));
  EXPECT_EQ(shopper.until("sum(purchase, value, 30d) == 35"), ago(days(2)) + days(30));
}

TEST(Amounts, AverageIsExact) {
  Shopper shopper;
  for (const int64_t value : {100, 100, 200}) {
    shopper.did(EventType::kPurchase, ago(hours(1)), {}, value);
  }
  EXPECT_TRUE(shopper.is("avg(purchase, value, 30d) * 3 == 4"));
  EXPECT_TRUE(shopper.is("avg(purchase, value, 30d) > 1.33"));
  EXPECT_TRUE(shopper.is("avg(purchase, value, 30d) < 1.34"));
}

TEST(Amounts, OfNothingAreUnknownButTheSumIsZero) {
  const Shopper shopper;
  EXPECT_TRUE(shopper.is("sum(purchase, value, 30d) == 0"));
  EXPECT_TRUE(shopper.is("sum(purchase, quantity, 30d) == 0"));
  for (const char* term : {"min(purchase, value, 30d)", "max(purchase, quantity, 30d)",
                           "avg(purchase, value, 30d)", "lifetime.aov"}) {
    for (const char* compare : {" == ", " != ", " < ", " <= ", " > ", " >= "}) {
      EXPECT_FALSE(shopper.is(term + std::string(compare) + "0"));
      EXPECT_TRUE(shopper.is("not " + std::string(term) + compare + "0"));
    }
  }
}

TEST(Amounts, QuantityCountsPieces) {
  Shopper shopper;
  shopper.did(EventType::kPurchase, ago(hours(1)),
              {item("a", "x", "", 100, 2), item("b", "y", "", 200, 3)});
  EXPECT_TRUE(shopper.is("sum(purchase, quantity, 1d) == 5"));
  EXPECT_TRUE(shopper.is("sum(purchase, value, 1d) == 8"));
}

TEST(Distinct, CountsDifferentValues) {
  Shopper shopper;
  shopper.did(EventType::kViewItem, ago(hours(3)), {item("a", "x", "n")})
      .did(EventType::kViewItem, ago(hours(2)), {item("a", "x", "n")})
      .did(EventType::kViewItem, ago(hours(1)), {item("b", "x"), item("c", "y", "m")})
      .did(EventType::kPurchase, ago(hours(1)), {}, 10, "o1")
      .did(EventType::kPurchase, ago(hours(1)), {}, 10, "o1");
  EXPECT_TRUE(shopper.is("distinct(view_item, product, 1d) == 3"));
  EXPECT_TRUE(shopper.is("distinct(view_item, category, 1d) == 2"));
  EXPECT_TRUE(shopper.is("distinct(view_item, brand, 1d) == 2"));
  EXPECT_TRUE(shopper.is("distinct(purchase, order, 1d) == 1"));
  EXPECT_TRUE(shopper.is("distinct(view_item, product, 1d, category == \"y\") == 2"));
}

TEST(Since, FlipsExactlyAtItsLimit) {
  Shopper shopper;
  const EventTime at = ago(minutes(10));
  shopper.did(EventType::kAddToCart, at);
  const EventTime limit = at + minutes(30);
  struct Case {
    const char* expression;
    EventTime flips;  // from false to true or back
    bool before;
  };
  const Case cases[] = {{"since(add_to_cart) >= 30m", limit, false},
                        {"since(add_to_cart) > 30m", limit + kMs, false},
                        {"since(add_to_cart) < 30m", limit, true},
                        {"since(add_to_cart) <= 30m", limit + kMs, true},
                        {"since(add_to_cart) == 30m", limit, false},
                        {"since(add_to_cart) != 30m", limit, true},
                        {"30m <= since(add_to_cart)", limit, false},
                        {"2 * since(add_to_cart) - 10m >= 50m", limit, false},
                        {"since(add_to_cart) / 30m >= 1", limit, false},
                        {"-since(add_to_cart) <= -30m", limit, false}};
  for (const Case& c : cases) {
    EXPECT_EQ(shopper.is(c.expression), c.before) << c.expression;
    EXPECT_EQ(shopper.until(c.expression), c.flips) << c.expression;
    EXPECT_EQ(shopper.is(c.expression, c.flips - kMs), c.before) << c.expression;
    EXPECT_EQ(shopper.is(c.expression, c.flips), !c.before) << c.expression;
  }
  EXPECT_EQ(shopper.until("since(add_to_cart) == 30m", limit), limit + kMs);
  EXPECT_EQ(shopper.until("since(add_to_cart) == 30m", limit + kMs), kNever);
}

TEST(Since, NeverIsInfinite) {
  const Shopper shopper;
  EXPECT_TRUE(shopper.is("since(purchase) > 400d"));
  EXPECT_TRUE(shopper.is("since(purchase) >= 400d"));
  EXPECT_FALSE(shopper.is("since(purchase) < 400d"));
  EXPECT_FALSE(shopper.is("since(purchase) == 400d"));
  EXPECT_TRUE(shopper.is("since(purchase) + 5d > 400d"));
  EXPECT_TRUE(shopper.is("-since(purchase) < 0s"));
  EXPECT_TRUE(shopper.is("since(purchase) == since(refund)"));
  EXPECT_FALSE(shopper.is("since(purchase) - since(refund) == 0s"));
  EXPECT_FALSE(shopper.is("since(purchase) * 0 == 0s"));
  EXPECT_EQ(shopper.until("since(purchase) > 400d"), kNever);
}

TEST(Since, LooksAtMatchingEventsUpToNow) {
  Shopper shopper;
  shopper.did(EventType::kViewItem, ago(hours(5)), {item("a", "shoes")})
      .did(EventType::kViewItem, ago(hours(1)), {item("b", "hats")})
      .did(EventType::kViewItem, kNow + seconds(3), {item("a", "shoes")});
  EXPECT_TRUE(shopper.is("since(view_item, category == \"shoes\") == 5h"));
  EXPECT_EQ(shopper.until("since(view_item, category == \"shoes\") > 4h"), kNow + seconds(3));
  EXPECT_TRUE(shopper.is("since(any) == 1h"));
}

TEST(Since, TwoInstantsKeepTheirDistance) {
  Shopper shopper;
  shopper.did(EventType::kPurchase, ago(days(3))).did(EventType::kViewItem, ago(days(1)));
  EXPECT_TRUE(shopper.is("since(purchase) - since(view_item) == 2d"));
  EXPECT_EQ(shopper.until("since(purchase) - since(view_item) == 2d"), kNever);
  EXPECT_TRUE(shopper.is("since(purchase) > since(view_item)"));
  EXPECT_EQ(shopper.until("since(purchase) > since(view_item)"), kNever);
  EXPECT_EQ(shopper.until("since(purchase) > 2 * since(view_item)"), kNow + days(1));
}

TEST(Seen, GrowsWithTime) {
  Shopper shopper;
  EXPECT_TRUE(shopper.is("first_seen > 400d and last_seen > 400d"));
  shopper.did(EventType::kSearch, ago(days(3))).did(EventType::kSearch, ago(days(1)));
  EXPECT_TRUE(shopper.is("first_seen == 3d and last_seen == 1d"));
  EXPECT_EQ(shopper.until("first_seen < 7d"), ago(days(3)) + days(7));
  EXPECT_EQ(shopper.until("last_seen <= 7d"), ago(days(1)) + days(7) + kMs);
}

TEST(Cart, ValueItemsAndAge) {
  Shopper shopper;
  EXPECT_TRUE(shopper.is("cart.value == 0 and cart.items == 0 and cart.age > 400d"));
  shopper.visitor.cart.lines.push_back(
      {item_name_hash("a"), item_name_hash("x"), 2, 1'999, ago(minutes(20))});
  shopper.visitor.cart.changed_at = ago(minutes(20));
  EXPECT_TRUE(shopper.is("cart.value == 39.98"));
  EXPECT_TRUE(shopper.is("cart.items == 2"));
  EXPECT_TRUE(shopper.is("cart.age == 20m"));
  EXPECT_EQ(shopper.until("cart.value > 0 and cart.age >= 30m"), kNow + minutes(10));
}

TEST(LifetimeTotals, AreWhatTheVisitorHolds) {
  Shopper shopper;
  shopper.visitor.lifetime.orders = 3;
  shopper.visitor.lifetime.purchased = 10'000;
  shopper.visitor.lifetime.refunded = 1'000;
  shopper.visitor.lifetime.events = 12;
  EXPECT_TRUE(shopper.is("lifetime.orders == 3 and lifetime.events == 12"));
  EXPECT_TRUE(shopper.is("lifetime.revenue == 90"));
  EXPECT_TRUE(shopper.is("lifetime.aov == 30"));
  EXPECT_TRUE(shopper.is("lifetime.revenue / lifetime.orders == lifetime.aov"));
  EXPECT_EQ(shopper.until("lifetime.revenue > 10"), kNever);
}

TEST(MoneyLiterals, AreInTheSitesCurrency) {
  Shopper shopper;
  shopper.visitor.cart.lines.push_back({item_name_hash("a"), kNoName, 1, 5'000, kNow});
  EXPECT_TRUE(shopper.is("cart.value == 50 EUR"));
  EXPECT_FALSE(shopper.is("cart.value == 50 GBP"));
  EXPECT_FALSE(shopper.is("cart.value != 50 GBP"));
  EXPECT_TRUE(shopper.is("not cart.value > 10 GBP"));
  EXPECT_TRUE(shopper.is("cart.value + 10 == 6 * 10 EUR"));
  EXPECT_TRUE(shopper.is("cart.value * 2 / 4 == 25"));
  EXPECT_TRUE(shopper.is("cart.value / cart.value == 1"));
  shopper.site = site_in("JPY");
  EXPECT_TRUE(shopper.is("cart.value == 5000"));
  shopper.site = site_in("KWD");
  EXPECT_TRUE(shopper.is("cart.value == 5"));
}

TEST(Logic, FollowsTheTablesAndBindsNotAndOr) {
  const Shopper shopper;
  EXPECT_TRUE(shopper.is("true or false and false"));
  EXPECT_FALSE(shopper.is("(true or false) and false"));
  EXPECT_TRUE(shopper.is("not false and true"));
  EXPECT_TRUE(shopper.is("not not true"));
  EXPECT_TRUE(shopper.is("(cart.items < 2) == true"));
  EXPECT_TRUE(shopper.is("did(purchase, 1d) != true"));
  EXPECT_TRUE(
      shopper.is("2 + 3 * 4 == 14 + cart.items and (2 + 3) * 4 == 20 + cart.items and "
                 "7 - 2 - 1 == 4 + cart.items"));
  EXPECT_TRUE(
      shopper.is("12 / 4 / 3 == 1 + cart.items and -2 * -3 == 6 + cart.items and "
                 "1 / 3 + 1 / 6 == 0.5 + cart.items"));
}

TEST(Logic, AFalseConjunctionWaitsForTheLastOfItsFalseParts) {
  Shopper shopper;
  shopper.did(EventType::kAddToCart, ago(minutes(10)));
  // Both parts are false; the answer cannot change before the later one does.
  EXPECT_EQ(shopper.until("since(add_to_cart) >= 30m and since(add_to_cart) >= 2h"),
            kNow + minutes(110));
  EXPECT_EQ(shopper.until("since(add_to_cart) >= 30m and did(purchase, 1d)"), kNever);
  EXPECT_EQ(shopper.until("since(add_to_cart) >= 30m or since(add_to_cart) >= 2h"),
            kNow + minutes(20));
  EXPECT_EQ(shopper.until("since(add_to_cart) < 30m or since(add_to_cart) < 2h"),
            kNow + minutes(110));
  EXPECT_EQ(shopper.until("since(add_to_cart) < 30m and since(add_to_cart) < 2h"),
            kNow + minutes(20));
}

TEST(Arithmetic, OverflowAndDivisionByZeroAreUnknown) {
  Shopper shopper;
  shopper.visitor.lifetime.events = INT64_MAX;
  EXPECT_FALSE(shopper.is("lifetime.events * lifetime.events * lifetime.events > 0"));
  EXPECT_TRUE(shopper.is("not lifetime.events * lifetime.events * lifetime.events > 0"));
  EXPECT_TRUE(shopper.is("lifetime.events * lifetime.events > lifetime.events"));
  EXPECT_FALSE(shopper.is("1 / lifetime.orders >= 0"));
  EXPECT_FALSE(shopper.is("1 / lifetime.orders <= 0"));
}

}  // namespace
}  // namespace rekindle::operators::audience
