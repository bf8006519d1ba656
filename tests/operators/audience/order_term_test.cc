// sequence and without at their boundaries, and until when they hold.
#include <gtest/gtest.h>

#include "core/limits.h"
#include "tests/operators/audience/shopper.h"

namespace rekindle::operators::audience {
namespace {

constexpr Duration kMs = milliseconds(1);
constexpr EventTime kNever = EventTime::never();
constexpr const char* kSearchThenView = "sequence(search, view_item, within 10m, last 1d)";

TEST(Sequence, TheSecondStepIsStrictlyLaterAndAtMostTheGapApart) {
  struct Case {
    Duration gap;
    bool holds;
  };
  const Case cases[] = {{milliseconds(-1), false},
                        {milliseconds(0), false},
                        {kMs, true},
                        {minutes(10), true},
                        {minutes(10) + kMs, false}};
  for (const Case& c : cases) {
    Shopper shopper;
    shopper.did(EventType::kSearch, ago(hours(1))).did(EventType::kViewItem, ago(hours(1)) + c.gap);
    EXPECT_EQ(shopper.is(kSearchThenView), c.holds) << c.gap.ms;
    EXPECT_EQ(shopper.until(kSearchThenView), c.holds ? ago(hours(1)) + days(1) : kNever);
  }
}

TEST(Sequence, BothStepsLieInsideTheWindow) {
  for (const int64_t offset : {-1, 0, 1}) {
    Shopper shopper;
    shopper.did(EventType::kSearch, ago(days(1)) + milliseconds(offset))
        .did(EventType::kViewItem, ago(days(1)) + minutes(5));
    EXPECT_EQ(shopper.is(kSearchThenView), offset > 0) << offset;
  }
}

TEST(Sequence, LastsUntilTheNewestFirstStepLeaves) {
  Shopper shopper;
  for (const int64_t h : {10, 8, 6}) {
    shopper.did(EventType::kSearch, ago(hours(h)))
        .did(EventType::kViewItem, ago(hours(h)) + minutes(1));
  }
  shopper.did(EventType::kSearch, ago(hours(2)));  // nothing followed it
  EXPECT_TRUE(shopper.is(kSearchThenView));
  const EventTime end = ago(hours(6)) + days(1);
  EXPECT_EQ(shopper.until(kSearchThenView), end);
  EXPECT_TRUE(shopper.is(kSearchThenView, end - kMs));
  EXPECT_FALSE(shopper.is(kSearchThenView, end));
}

TEST(Sequence, LongerChainsArePairwise) {
  const char* const chain = "sequence(search, view_item, add_to_cart, within 10m, last 1d)";
  Shopper shopper;
  shopper.did(EventType::kSearch, ago(minutes(60)))
      .did(EventType::kViewItem, ago(minutes(51)))
      .did(EventType::kAddToCart, ago(minutes(42)));
  EXPECT_TRUE(shopper.is(chain)) << "18 minutes in all, 9 from step to step";
  // The nearest view is not always the one that leads on.
  Shopper other;
  other.did(EventType::kSearch, ago(minutes(60)))
      .did(EventType::kViewItem, ago(minutes(59)))
      .did(EventType::kViewItem, ago(minutes(51)))
      .did(EventType::kViewItem, ago(minutes(40)))
      .did(EventType::kAddToCart, ago(minutes(42)));
  EXPECT_TRUE(other.is(chain));
  EXPECT_EQ(other.until(chain), ago(minutes(60)) + days(1));
  Shopper broken;
  broken.did(EventType::kSearch, ago(minutes(60)))
      .did(EventType::kViewItem, ago(minutes(51)))
      .did(EventType::kAddToCart, ago(minutes(40)));
  EXPECT_FALSE(broken.is(chain));
}

TEST(Sequence, OneEventIsOneStepOnly) {
  const char* const twice = "sequence(view_item, view_item, within 10m, last 1d)";
  Shopper shopper;
  shopper.did(EventType::kViewItem, ago(minutes(5)));
  EXPECT_FALSE(shopper.is(twice));
  EXPECT_FALSE(shopper.is("sequence(any, any, within 10m, last 1d)"));
  shopper.did(EventType::kViewItem, ago(minutes(5)));
  EXPECT_FALSE(shopper.is(twice)) << "at the same instant";
  shopper.did(EventType::kViewItem, ago(minutes(4)));
  EXPECT_TRUE(shopper.is(twice));
  EXPECT_FALSE(shopper.is("sequence(any, any, any, within 10m, last 1d)"));
}

TEST(Sequence, StepsHaveFilters) {
  Shopper shopper;
  shopper.did(EventType::kViewItem, ago(minutes(30)), {item("a", "hats")})
      .did(EventType::kViewItem, ago(minutes(29)), {item("b", "shoes")})
      .did(EventType::kPurchase, ago(minutes(28)), {item("b", "shoes")}, 5'000);
  EXPECT_TRUE(shopper.is(
      "sequence(view_item[category == \"shoes\"], purchase[value >= 50], within 1h, last 1d)"));
  EXPECT_FALSE(shopper.is(
      "sequence(view_item[category == \"shoes\"], purchase[value > 50], within 1h, last 1d)"));
  EXPECT_EQ(shopper.until("sequence(view_item[category == \"hats\" or category == \"caps\"], "
                          "purchase[category in [\"shoes\", \"hats\"], value > 1], "
                          "within 1h, last 1d)"),
            ago(minutes(30)) + days(1));
}

TEST(Sequence, AnEntryAheadOfTheClockCompletesItAtItsInstant) {
  Shopper shopper;
  shopper.did(EventType::kSearch, ago(minutes(1))).did(EventType::kViewItem, kNow + seconds(3));
  EXPECT_FALSE(shopper.is(kSearchThenView));
  EXPECT_EQ(shopper.until(kSearchThenView), kNow + seconds(3));
  EXPECT_TRUE(shopper.is(kSearchThenView, kNow + seconds(3)));
}

TEST(Sequence, BeyondTheTimelinesCapANoIsNotExact) {
  Shopper shopper;
  shopper.did(EventType::kSearch, ago(hours(20))).did(EventType::kPurchase, ago(hours(2)));
  for (size_t i = 0; i <= limits::kTimelineEntriesMax; ++i) {
    shopper.did(EventType::kViewItem, ago(hours(10)) + seconds(static_cast<int64_t>(i)));
  }
  const Holds no = shopper.ask("sequence(view_item, search, within 1h, last 1d)");
  EXPECT_FALSE(no.value);
  EXPECT_FALSE(no.exact);
  const Holds yes = shopper.ask("sequence(view_item, purchase, within 10h, last 1d)");
  EXPECT_TRUE(yes.value);
  EXPECT_TRUE(yes.exact);
}

constexpr const char* kCartWithoutOrder = "without(add_to_cart, then purchase, within 1h)";

TEST(Without, BecomesTrueExactlyWhenTheWaitEnds) {
  Shopper shopper;
  EXPECT_FALSE(shopper.is(kCartWithoutOrder)) << "there is no first event";
  EXPECT_EQ(shopper.until(kCartWithoutOrder), kNever);
  shopper.did(EventType::kAddToCart, ago(minutes(20)));
  EXPECT_FALSE(shopper.is(kCartWithoutOrder));
  EXPECT_EQ(shopper.until(kCartWithoutOrder), kNow + minutes(40));
  EXPECT_FALSE(shopper.is(kCartWithoutOrder, kNow + minutes(40) - kMs));
  EXPECT_TRUE(shopper.is(kCartWithoutOrder, kNow + minutes(40)));
  EXPECT_EQ(shopper.until(kCartWithoutOrder, kNow + minutes(40)), kNever);
}

TEST(Without, TheWaitIsOpenAtItsBeginAndClosedAtItsEnd) {
  struct Case {
    Duration after;
    bool holds;
  };
  const Case cases[] = {
      {milliseconds(0), true}, {kMs, false}, {hours(1), false}, {hours(1) + kMs, true}};
  for (const Case& c : cases) {
    Shopper shopper;
    shopper.did(EventType::kAddToCart, ago(hours(5)))
        .did(EventType::kPurchase, ago(hours(5)) + c.after);
    EXPECT_EQ(shopper.is(kCartWithoutOrder), c.holds) << c.after.ms;
    EXPECT_EQ(shopper.until(kCartWithoutOrder), kNever) << c.after.ms;
  }
}

TEST(Without, OnlyTheNewestFirstEventCounts) {
  Shopper shopper;
  shopper.did(EventType::kAddToCart, ago(hours(9)))
      .did(EventType::kAddToCart, ago(hours(5)))
      .did(EventType::kPurchase, ago(hours(5)) + minutes(1));
  EXPECT_FALSE(shopper.is(kCartWithoutOrder));
  shopper.did(EventType::kAddToCart, ago(hours(2)));
  EXPECT_TRUE(shopper.is(kCartWithoutOrder));
  shopper.did(EventType::kAddToCart, ago(minutes(1)));
  EXPECT_FALSE(shopper.is(kCartWithoutOrder)) << "a new wait began";
  shopper.did(EventType::kAddToCart, kNow + seconds(2));
  EXPECT_EQ(shopper.until(kCartWithoutOrder), kNow + seconds(2));
}

TEST(Without, AWindowBoundsTheFirstEvent) {
  const char* const recent = "without(add_to_cart, then purchase, within 1h, last 1d)";
  Shopper shopper;
  shopper.did(EventType::kAddToCart, ago(hours(20)));
  EXPECT_TRUE(shopper.is(recent));
  EXPECT_EQ(shopper.until(recent), kNow + hours(4));
  EXPECT_FALSE(shopper.is(recent, kNow + hours(4)));
  EXPECT_TRUE(shopper.is(kCartWithoutOrder, kNow + hours(4)));
}

TEST(Without, StepsHaveFilters) {
  Shopper shopper;
  shopper.did(EventType::kViewItem, ago(hours(3)), {item("a", "shoes")})
      .did(EventType::kViewItem, ago(minutes(1)), {item("a", "hats")})
      .did(EventType::kPurchase, ago(hours(2)), {item("a", "hats")});
  EXPECT_TRUE(
      shopper.is("without(view_item[category == \"shoes\"], then "
                 "purchase[category == \"shoes\"], within 2h)"));
  EXPECT_FALSE(shopper.is("without(view_item[category == \"shoes\"], then purchase, within 2h)"));
}

}  // namespace
}  // namespace rekindle::operators::audience
