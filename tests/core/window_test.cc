#include "core/window.h"

#include <gtest/gtest.h>

#include "tests/core/event_samples.h"

namespace rekindle {
namespace {

using namespace testing_samples;

WindowQuery query_of(EventType type, Duration window, const Filter* filter = nullptr) {
  WindowQuery query;
  query.types.type = type;
  query.window = window;
  query.filter = filter;
  return query;
}

Filter category_is(std::string_view name, Compare compare = Compare::kEqual) {
  FilterTerm term;
  term.item_field = ItemField::kCategory;
  term.compare = compare;
  term.name = item_name_hash(name);
  return {{{term}}};
}

Filter amount_is(AmountField field, Compare compare, int64_t number_e4) {
  FilterTerm term;
  term.kind = FilterTerm::Kind::kAmount;
  term.amount_field = field;
  term.compare = compare;
  term.number_e4 = number_e4;
  return {{{term}}};
}

TEST(Window, IsOpenAtItsOldEndAndClosedAtNow) {
  Timeline timeline;
  ASSERT_TRUE(timeline.add(event_of(EventType::kSearch, kNoon)));
  const WindowQuery query = query_of(EventType::kSearch, seconds(10));
  EXPECT_EQ(count(timeline, query, kNoon - milliseconds(1)).value, 0);
  EXPECT_EQ(count(timeline, query, kNoon).value, 1);
  EXPECT_EQ(count(timeline, query, kNoon + milliseconds(9'999)).value, 1);
  EXPECT_EQ(count(timeline, query, kNoon + seconds(10)).value, 0);
}

TEST(Window, UntilIsWhenTheOldestLeavesOrTheNextEnters) {
  Timeline timeline;
  ASSERT_TRUE(timeline.add(event_of(EventType::kSearch, kNoon)));
  ASSERT_TRUE(timeline.add(event_of(EventType::kSearch, kNoon + seconds(7))));
  const WindowQuery query = query_of(EventType::kSearch, seconds(10));
  EXPECT_EQ(count(timeline, query, kNoon).until, kNoon + seconds(7));
  EXPECT_EQ(count(timeline, query, kNoon + seconds(7)).until, kNoon + seconds(10));
  EXPECT_EQ(count(timeline, query, kNoon + seconds(20)).until, EventTime::never());
}

TEST(Window, AThresholdHoldsUntilTheKthNewestLeaves) {
  Timeline timeline;
  for (int64_t i = 0; i < 5; ++i) {
    ASSERT_TRUE(timeline.add(event_of(EventType::kSearch, kNoon + seconds(i))));
  }
  const WindowQuery query = query_of(EventType::kSearch, seconds(100));
  const Holds two = count_at_least(timeline, query, 2, kNoon + seconds(50));
  EXPECT_TRUE(two.value);
  EXPECT_EQ(two.until, kNoon + seconds(103));
  // Too few cannot become enough by losing more, so nothing has to wake up.
  const Holds six = count_at_least(timeline, query, 6, kNoon + seconds(50));
  EXPECT_FALSE(six.value);
  EXPECT_EQ(six.until, EventTime::never());
}

TEST(Window, AnyLeavesOutWhatWasShownToTheVisitor) {
  Timeline timeline;
  for (const EventType type : {EventType::kOfferShown, EventType::kOfferClicked,
                               EventType::kPageView, EventType::kOfferConverted}) {
    ASSERT_TRUE(timeline.add(event_of(type, kNoon)));
  }
  EXPECT_EQ(count(timeline, query_of(EventType::kNone, days(1)), kNoon).value, 2);
  EXPECT_TRUE(count_at_least(timeline, query_of(EventType::kNone, days(1)), 2, kNoon).value);
  EXPECT_FALSE(count_at_least(timeline, query_of(EventType::kNone, days(1)), 3, kNoon).value);
}

TEST(Window, AnEventPassesAnItemFilterIfOneItemDoes) {
  Timeline timeline;
  ASSERT_TRUE(timeline.add(
      event_of(EventType::kPurchase, kNoon, {item_of("a", "hats"), item_of("b", "shoes")})));
  ASSERT_TRUE(timeline.add(event_of(EventType::kPurchase, kNoon, {item_of("c", "hats")})));
  const Filter shoes = category_is("shoes");
  const Filter not_shoes = category_is("shoes", Compare::kNotEqual);
  EXPECT_EQ(count(timeline, query_of(EventType::kPurchase, days(1), &shoes), kNoon).value, 1);
  EXPECT_EQ(count(timeline, query_of(EventType::kPurchase, days(1), &not_shoes), kNoon).value, 2);
  // Both terms must hold for one and the same item.
  Filter hat_b = category_is("hats");
  FilterTerm product;
  product.name = item_name_hash("b");
  hat_b.clauses[0].push_back(product);
  EXPECT_EQ(count(timeline, query_of(EventType::kPurchase, days(1), &hat_b), kNoon).value, 0);
}

TEST(Window, AnAbsentNameEqualsNothingAndDiffersFromEverything) {
  Timeline timeline;
  ASSERT_TRUE(timeline.add(event_of(EventType::kPurchase, kNoon)));
  const Filter shoes = category_is("shoes");
  const Filter not_shoes = category_is("shoes", Compare::kNotEqual);
  EXPECT_EQ(count(timeline, query_of(EventType::kPurchase, days(1), &shoes), kNoon).value, 0);
  EXPECT_EQ(count(timeline, query_of(EventType::kPurchase, days(1), &not_shoes), kNoon).value, 1);
}

TEST(Window, AnUnknownAmountPassesNoComparison) {
  Timeline timeline;
  ASSERT_TRUE(timeline.add(event_of(EventType::kPurchase, kNoon)));
  Event worth_ten = event_of(EventType::kPurchase, kNoon);
  worth_ten.value = 1'000;
  ASSERT_TRUE(timeline.add(worth_ten));
  for (const auto& [compare, expected] :
       {std::pair{Compare::kLess, 0}, std::pair{Compare::kEqual, 1},
        std::pair{Compare::kNotEqual, 0}, std::pair{Compare::kGreaterOrEqual, 1}}) {
    const Filter filter = amount_is(AmountField::kValue, compare, 100'000);  // 10 major units
    EXPECT_EQ(count(timeline, query_of(EventType::kPurchase, days(1), &filter), kNoon).value,
              expected);
    WindowQuery yen = query_of(EventType::kPurchase, days(1), &filter);
    yen.money_scale = 1;  // 1,000 minor units are 1,000 major ones
    EXPECT_EQ(count(timeline, yen, kNoon).value,
              compare == Compare::kNotEqual || compare == Compare::kGreaterOrEqual ? 1 : 0);
  }
}

TEST(Window, SumsAndExtremesLeaveOutUnknownAmounts) {
  Timeline timeline;
  for (const int64_t value : {kNoMoney, int64_t{300}, int64_t{-100}, int64_t{300}}) {
    Event event = event_of(EventType::kPurchase, kNoon);
    event.value = value;
    ASSERT_TRUE(timeline.add(event));
  }
  const WindowQuery query = query_of(EventType::kPurchase, days(1));
  const Amount total = sum(timeline, query, AmountField::kValue, kNoon);
  EXPECT_EQ(total.value, 500);
  EXPECT_EQ(total.count, 3);
  EXPECT_EQ(minimum(timeline, query, AmountField::kValue, kNoon).value, -100);
  EXPECT_EQ(maximum(timeline, query, AmountField::kValue, kNoon).value, 300);
  EXPECT_EQ(sum(timeline, query, AmountField::kQuantity, kNoon).count, 0);
}

TEST(Window, AnExtremeHoldsUntilTheNewestEntryThatHasItLeaves) {
  Timeline timeline;
  for (const auto& [second, value] : {std::pair{0, 900}, {1, 100}, {2, 900}, {3, 500}}) {
    Event event = event_of(EventType::kPurchase, kNoon + seconds(second));
    event.value = value;
    ASSERT_TRUE(timeline.add(event));
  }
  const WindowQuery query = query_of(EventType::kPurchase, minutes(1));
  const EventTime now = kNoon + seconds(10);
  EXPECT_EQ(maximum(timeline, query, AmountField::kValue, now).until, kNoon + seconds(62));
  EXPECT_EQ(minimum(timeline, query, AmountField::kValue, now).until, kNoon + seconds(61));
}

TEST(Window, DistinctHoldsUntilTheNewestOfSomeValueLeaves) {
  Timeline timeline;
  const auto view = [&](std::string_view product, int64_t second) {
    ASSERT_TRUE(timeline.add(
        event_of(EventType::kViewItem, kNoon + seconds(second), {item_of(product, "shoes")})));
  };
  view("a", 0);
  view("b", 1);
  view("a", 2);
  const Count products = distinct(timeline, query_of(EventType::kViewItem, minutes(1)),
                                  DistinctField::kProduct, kNoon + seconds(3));
  EXPECT_EQ(products.value, 2);
  EXPECT_EQ(products.until, kNoon + seconds(61));
  EXPECT_EQ(distinct(timeline, query_of(EventType::kViewItem, minutes(1)), DistinctField::kCategory,
                     kNoon + seconds(3))
                .value,
            1);
}

TEST(Window, NewestLooksAtTheWholeTimelineButNotAhead) {
  Timeline timeline;
  ASSERT_TRUE(timeline.add(event_of(EventType::kLogin, kNoon - days(900))));
  ASSERT_TRUE(timeline.add(event_of(EventType::kLogin, kNoon + seconds(3))));
  const Newest login = newest(timeline, {EventType::kLogin}, nullptr, 100, kNoon);
  ASSERT_TRUE(login.found);
  EXPECT_EQ(login.at, kNoon - days(900));
  EXPECT_EQ(login.until, kNoon + seconds(3));
  EXPECT_FALSE(newest(timeline, {EventType::kSearch}, nullptr, 100, kNoon).found);
}

TEST(Window, BeyondTheCapOnlyAnswersThatReachTilesAreInexact) {
  Timeline timeline;
  for (int64_t i = 0; i < 3'000; ++i) {
    ASSERT_TRUE(timeline.add(event_of(EventType::kPageView, kNoon + seconds(i))));
  }
  const EventTime now = kNoon + seconds(3'000);
  const Count recent = count(timeline, query_of(EventType::kPageView, minutes(10)), now);
  EXPECT_TRUE(recent.exact);
  EXPECT_EQ(recent.value, 599);
  const Count all = count(timeline, query_of(EventType::kPageView, days(1)), now);
  EXPECT_FALSE(all.exact);
  EXPECT_EQ(all.value, 3'000);
  const Holds thousand =
      count_at_least(timeline, query_of(EventType::kPageView, days(1)), 1'000, now);
  EXPECT_TRUE(thousand.value);
  EXPECT_TRUE(thousand.exact);
  EXPECT_FALSE(count_at_least(timeline, query_of(EventType::kPageView, days(1)), 2'000, now).exact);
}

}  // namespace
}  // namespace rekindle
