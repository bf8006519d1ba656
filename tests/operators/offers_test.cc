#include "operators/offers.h"

#include <gtest/gtest.h>

#include "core/decision.h"
#include "core/tally_key.h"
#include "operators/dedupe.h"
#include "tests/operators/one_visitor.h"

namespace rekindle::operators {
namespace {

using namespace testing_samples;

Operators both() {
  Operators list;
  list.push_back(make_dedupe());
  list.push_back(make_offers());
  return list;
}

constexpr int64_t kCost = 10;
constexpr int64_t kDiscount = 200;

DecidedOffer decided(std::string_view offer, std::string_view product = {}) {
  DecidedOffer decided;
  decided.offer = offer;
  decided.group = "group";
  decided.channel = "onsite";
  decided.product = product;
  decided.reserved_for = minutes(30);
  decided.kept_for = days(30);
  decided.view_window = days(1);
  decided.click_window = days(7);
  return decided;
}

// The worked examples of docs/attribution.md, by their numbers, and what is held meanwhile.
class OffersTest : public ::testing::Test {
 protected:
  OffersTest() { x_world.now = kNoon; }

  std::string decide(EventTime at, const std::vector<DecidedOffer>& offers) {
    DecisionRecord record;
    record.placement = "home";
    record.offers = offers;
    std::string bytes;
    append_decision_record(record, bytes);
    const std::string id = decision_text(++x_decisions);
    Event event = event_of(EventType::kOfferDecided, at);
    event.props = bytes;
    event.decision = id;
    x_world.pass(at);
    x_world.send(event);
    return id;
  }
  void tell(EventType type, EventTime at, std::string_view decision, std::string_view offer = {}) {
    Event event = event_of(type, at);
    event.decision = decision;
    event.offer = offer;
    x_world.pass(std::max(x_world.now, at));
    x_world.send(event);
  }
  std::string shown(EventTime at, const DecidedOffer& offer) {
    const std::string id = decide(at, {offer});
    tell(EventType::kOfferShown, at, id);
    return id;
  }
  void buy(EventTime at, const std::vector<std::pair<std::string, int64_t>>& lines,
           const std::string& order = "order") {
    std::vector<Item> items;
    for (const auto& [product, price] : lines) items.push_back(item_of(product, "", price, 1));
    Event event = event_of(EventType::kPurchase, at, items);
    event.order = order;
    event.order_hash = name_hash(order);
    x_world.pass(std::max(x_world.now, at));
    x_world.send(event);
  }
  // The sum over all weeks that the tests reach.
  int64_t tally(std::string_view offer, TallyOf what) {
    int64_t sum = 0;
    for (int64_t week = week_of(kNoon) - 2; week < week_of(kNoon) + 20; ++week) {
      const auto found =
          x_world.tallies.find(tally_key(x_world.site.id, name_hash(offer), what, week));
      if (found != x_world.tallies.end()) sum += found->second;
    }
    return sum;
  }
  int64_t held(TallyOf what, NameHash subject) {
    return x_world.tallies[tally_key(x_world.site.id, subject, what)];
  }
  void expect_credit(std::string_view offer, int64_t last, int64_t shared) {
    x_world.pass(x_world.now + days(10));
    EXPECT_EQ(tally(offer, TallyOf::kRevenueLast), last) << offer;
    EXPECT_EQ(tally(offer, TallyOf::kRevenueShared), shared) << offer;
  }

  OneVisitor x_world{both()};
  uint64_t x_decisions = 0;
};

TEST_F(OffersTest, Example1AViewIsCreditedWithinADay) {
  shown(kNoon, decided("a"));
  buy(kNoon + hours(2), {{"p", 2'000}});
  expect_credit("a", 2'000, 2'000);
  EXPECT_EQ(tally("a", TallyOf::kConverted), 1);
}

TEST_F(OffersTest, Example2AndNotADayLater) {
  shown(kNoon, decided("a"));
  buy(kNoon + days(1), {{"p", 2'000}});
  expect_credit("a", 0, 0);
}

TEST_F(OffersTest, Example3AClickIsCreditedWithinSevenDays) {
  const std::string id = shown(kNoon, decided("a"));
  tell(EventType::kOfferClicked, kNoon + minutes(1), id);
  buy(kNoon + days(6), {{"p", 2'000}});
  expect_credit("a", 2'000, 2'000);
}

TEST_F(OffersTest, Example4AClickCountsMoreThanALaterView) {
  const std::string a = shown(kNoon, decided("a"));
  tell(EventType::kOfferClicked, kNoon + minutes(1), a);
  shown(kNoon + hours(1), decided("b"));
  buy(kNoon + hours(2), {{"p", 2'000}});
  expect_credit("a", 2'000, 1'000);
  expect_credit("b", 0, 1'000);
}

TEST_F(OffersTest, Example5OfTwoClicksTheLastGetsAllAndTheRestOfAShare) {
  const std::string a = shown(kNoon, decided("a"));
  const std::string b = shown(kNoon, decided("b"));
  tell(EventType::kOfferClicked, kNoon + minutes(1), a);
  tell(EventType::kOfferClicked, kNoon + minutes(2), b);
  buy(kNoon + hours(2), {{"p", 1'001}});
  expect_credit("a", 0, 500);
  expect_credit("b", 1'001, 501);
}

TEST_F(OffersTest, Example6AnOfferOfAProductIsCreditedForItsLine) {
  const std::string id = shown(kNoon, decided("a", "lamp"));
  tell(EventType::kOfferClicked, kNoon + minutes(1), id);
  buy(kNoon + hours(2), {{"lamp", 1'500}, {"mug", 500}});
  expect_credit("a", 1'500, 1'500);
}

TEST_F(OffersTest, Example7AnOrderSentTwiceIsCreditedOnce) {
  shown(kNoon, decided("a"));
  buy(kNoon + hours(2), {{"p", 2'000}});
  buy(kNoon + hours(2), {{"p", 2'000}});
  expect_credit("a", 2'000, 2'000);
}

TEST_F(OffersTest, Example8AClickToldALittleLateIsCredited) {
  const std::string id = shown(kNoon, decided("a"));
  const EventTime order = kNoon + days(1);
  buy(order, {{"p", 2'000}});
  x_world.pass(order + minutes(30));
  tell(EventType::kOfferClicked, order - minutes(1), id);
  expect_credit("a", 2'000, 2'000);
}

TEST_F(OffersTest, Example9AndNotTwoHoursLate) {
  const std::string id = shown(kNoon, decided("a"));
  const EventTime order = kNoon + days(1);
  buy(order, {{"p", 2'000}});
  x_world.pass(order + hours(2));
  tell(EventType::kOfferClicked, order - minutes(1), id);
  expect_credit("a", 0, 0);
}

TEST_F(OffersTest, Example10WhatWasNotShownIsNotCredited) {
  decide(kNoon, {decided("a")});
  buy(kNoon + minutes(5), {{"p", 2'000}});
  expect_credit("a", 0, 0);
  EXPECT_EQ(tally("a", TallyOf::kReturned), 1);
  EXPECT_EQ(tally("a", TallyOf::kShown), 0);
}

TEST_F(OffersTest, Example11ShownLateCounts) {
  const std::string id = decide(kNoon, {decided("a")});
  tell(EventType::kOfferShown, kNoon + minutes(31), id);
  buy(kNoon + hours(1), {{"p", 2'000}});
  expect_credit("a", 2'000, 2'000);
  EXPECT_EQ(tally("a", TallyOf::kLateShown), 1);
  EXPECT_EQ(tally("a", TallyOf::kShown), 0);
}

TEST_F(OffersTest, Example12ADismissedOneIsNotCredited) {
  const std::string id = shown(kNoon, decided("a"));
  tell(EventType::kOfferDismissed, kNoon + minutes(1), id);
  buy(kNoon + hours(1), {{"p", 2'000}});
  expect_credit("a", 0, 0);
  EXPECT_EQ(tally("a", TallyOf::kDismissed), 1);
}

TEST_F(OffersTest, Example13AClickSaysThatItWasShown) {
  const std::string id = decide(kNoon, {decided("a")});
  tell(EventType::kOfferClicked, kNoon + minutes(1), id);
  buy(kNoon + hours(1), {{"p", 2'000}});
  expect_credit("a", 2'000, 2'000);
  EXPECT_EQ(tally("a", TallyOf::kShown), 1);
  EXPECT_EQ(tally("a", TallyOf::kClicked), 1);
}

TEST_F(OffersTest, FeedbackNamesOneOfferOrMeansAll) {
  const std::string id = decide(kNoon, {decided("a"), decided("b")});
  tell(EventType::kOfferShown, kNoon, id);
  tell(EventType::kOfferClicked, kNoon + minutes(1), id, "b");
  EXPECT_EQ(tally("a", TallyOf::kShown), 1);
  EXPECT_EQ(tally("b", TallyOf::kShown), 1);
  EXPECT_EQ(tally("a", TallyOf::kClicked), 0);
  EXPECT_EQ(tally("b", TallyOf::kClicked), 1);
}

TEST_F(OffersTest, RepeatedFeedbackCountsOnce) {
  const std::string id = shown(kNoon, decided("a"));
  tell(EventType::kOfferShown, kNoon + minutes(1), id);
  tell(EventType::kOfferClicked, kNoon + minutes(2), id);
  tell(EventType::kOfferClicked, kNoon + minutes(3), id);
  EXPECT_EQ(tally("a", TallyOf::kShown), 1);
  EXPECT_EQ(tally("a", TallyOf::kClicked), 1);
}

TEST_F(OffersTest, FeedbackForAnUnknownDecisionIsCountedAndNothingElse) {
  tell(EventType::kOfferShown, kNoon, decision_text(99));
  EXPECT_EQ(x_world.visitor.offers, nullptr);
  shown(kNoon, decided("a"));
  tell(EventType::kOfferClicked, kNoon, decision_text(99));
  EXPECT_EQ(held(TallyOf::kUnknownDecision, kNoName), 2);
  EXPECT_EQ(tally("a", TallyOf::kClicked), 0);
}

DecidedOffer paid() {
  DecidedOffer offer = decided("a", "lamp");
  offer.has_budget = offer.holds_stock = true;
  offer.cost = kCost;
  offer.discount = kDiscount;
  return offer;
}

TEST_F(OffersTest, WhatIsNotShownInTimeGivesBackBudgetAndStockAtThatInstant) {
  decide(kNoon, {paid()});
  x_world.pass(kNoon + minutes(30) - milliseconds(1));
  EXPECT_EQ(held(TallyOf::kBudget, name_hash("a")), kCost + kDiscount);
  EXPECT_EQ(held(TallyOf::kStock, item_name_hash("lamp")), 1);
  x_world.pass(kNoon + minutes(30));
  EXPECT_EQ(held(TallyOf::kBudget, name_hash("a")), 0);
  EXPECT_EQ(held(TallyOf::kStock, item_name_hash("lamp")), 0);
}

TEST_F(OffersTest, WhatIsShownKeepsItsDiscountAndPieceUntilItsWindowIsOver) {
  shown(kNoon, paid());
  x_world.pass(kNoon + days(1) + hours(1) - milliseconds(1));
  EXPECT_EQ(held(TallyOf::kBudget, name_hash("a")), kCost + kDiscount);
  EXPECT_EQ(held(TallyOf::kStock, item_name_hash("lamp")), 1);
  x_world.pass(kNoon + days(1) + hours(1));
  EXPECT_EQ(held(TallyOf::kBudget, name_hash("a")), kCost) << "the contact is paid for";
  EXPECT_EQ(held(TallyOf::kStock, item_name_hash("lamp")), 0);
}

TEST_F(OffersTest, WhatConvertsSpendsItsDiscountAndFreesThePiece) {
  shown(kNoon, paid());
  buy(kNoon + hours(1), {{"lamp", 5'000}});
  x_world.pass(kNoon + hours(2));
  EXPECT_EQ(held(TallyOf::kStock, item_name_hash("lamp")), 0);
  x_world.pass(kNoon + days(20));
  EXPECT_EQ(held(TallyOf::kBudget, name_hash("a")), kCost + kDiscount);
  EXPECT_EQ(tally("a", TallyOf::kDiscount), kDiscount);
  EXPECT_EQ(tally("a", TallyOf::kCost), kCost);
}

TEST_F(OffersTest, AGhostHoldsNothingAndIsNeverShown) {
  DecidedOffer ghost = paid();
  ghost.is_ghost = true;
  const std::string id = decide(kNoon, {ghost});
  tell(EventType::kOfferShown, kNoon, id);
  EXPECT_EQ(held(TallyOf::kBudget, name_hash("a")), 0);
  EXPECT_EQ(tally("a", TallyOf::kGhosted), 1);
  EXPECT_EQ(tally("a", TallyOf::kDecided), 0);
  EXPECT_EQ(tally("a", TallyOf::kShown), 0);
}

TEST_F(OffersTest, AFailureIsCountedOnlyWhenTheWindowIsOver) {
  shown(kNoon, decided("a"));
  x_world.pass(kNoon + days(7) + hours(1) - milliseconds(1));
  EXPECT_EQ(tally("a", TallyOf::kTrials), 0);
  x_world.pass(kNoon + days(7) + hours(1));
  EXPECT_EQ(tally("a", TallyOf::kTrials), 1);
  EXPECT_EQ(tally("a", TallyOf::kBuyers), 0);
}

TEST_F(OffersTest, ATrialCountsAllThatIsBoughtInItsWindowLessWhatComesBack) {
  x_world.visitor.lifetime.purchased = 9'000;
  DecidedOffer ghost = decided("a");
  ghost.is_ghost = true;
  decide(kNoon, {ghost});
  buy(kNoon + days(1), {{"p", 3'000}}, "one");
  buy(kNoon + days(2), {{"q", 1'000}}, "two");
  Event refund = event_of(EventType::kRefund, kNoon + days(3), {item_of("q", "", 1'000, 1)});
  x_world.pass(refund.at);
  x_world.send(refund);
  buy(kNoon + days(8), {{"p", 5'000}}, "three");
  x_world.pass(kNoon + days(30));
  EXPECT_EQ(tally("a", TallyOf::kGhostTrials), 1);
  EXPECT_EQ(tally("a", TallyOf::kGhostBuyers), 1);
  EXPECT_EQ(tally("a", TallyOf::kGhostRevenue), 3'000);
  EXPECT_EQ(tally("a", TallyOf::kGhostRevenueSquare), 30 * 30);
  EXPECT_EQ(tally("a", TallyOf::kGhostBefore), 9'000);
  EXPECT_EQ(tally("a", TallyOf::kGhostProduct), 30 * 90);
  EXPECT_EQ(tally("a", TallyOf::kTrials), 0);
}

TEST_F(OffersTest, ATrialCountsOrdersLinesAndWhatWasOffered) {
  Lifetime& lifetime = x_world.visitor.lifetime;
  lifetime.last_order = kNoon - days(3);
  decide(kNoon, {decided("a", "mug"), decided("a", "cup"), decided("b")});
  buy(kNoon + days(1), {{"lamp", 3'000}, {"cup", 500}}, "one");   // with something offered
  buy(kNoon + days(2), {{"desk", 9'000}}, "two");                 // without
  buy(kNoon + days(3), {{"mug", 400}, {"cup", 500}}, "three");    // with nothing else
  buy(kNoon + days(8), {{"lamp", 3'000}, {"mug", 400}}, "late");  // after the window
  x_world.pass(kNoon + days(30));
  EXPECT_EQ(tally("a", TallyOf::kTrials), 1);
  EXPECT_EQ(tally("a", TallyOf::kOrders), 3);
  EXPECT_EQ(tally("a", TallyOf::kOrdersSquare), 9);
  EXPECT_EQ(tally("a", TallyOf::kOrderRevenue), 3 * 134);
  EXPECT_EQ(tally("a", TallyOf::kRepeaters), 1);
  EXPECT_EQ(tally("a", TallyOf::kActiveBefore), 1);
  EXPECT_EQ(tally("a", TallyOf::kRetained), 1);
  EXPECT_EQ(tally("a", TallyOf::kLines), 5);
  EXPECT_EQ(tally("a", TallyOf::kLinesSquare), 25);
  EXPECT_EQ(tally("a", TallyOf::kTook), 1);
  EXPECT_EQ(tally("a", TallyOf::kPrimary), 2);
  EXPECT_EQ(tally("a", TallyOf::kAttached), 1);
  EXPECT_EQ(tally("a", TallyOf::kOwners), 1);
  EXPECT_EQ(tally("b", TallyOf::kOrders), 3);
  EXPECT_EQ(tally("b", TallyOf::kTook), 0) << "it is of no product";
  EXPECT_EQ(tally("b", TallyOf::kPrimary), 0);
}

TEST_F(OffersTest, WhoHasItFromBeforeIsAnOwnerAndTookNothing) {
  Event before = event_of(EventType::kPurchase, kNoon - days(90), {item_of("mug", "", 400, 1)});
  x_world.visitor.timeline.add(before);
  x_world.visitor.lifetime.last_order = kNoon - days(90);
  decide(kNoon, {decided("a", "mug")});
  x_world.pass(kNoon + days(30));
  EXPECT_EQ(tally("a", TallyOf::kOwners), 1);
  EXPECT_EQ(tally("a", TallyOf::kTook), 0);
  EXPECT_EQ(tally("a", TallyOf::kActiveBefore), 0) << "that is longer ago than a window";
}

TEST_F(OffersTest, EachShowingKnowsItsNumber) {
  shown(kNoon, decided("a"));
  const std::string second = decide(kNoon + hours(1), {decided("a", "mug"), decided("a", "cup")});
  tell(EventType::kOfferClicked, kNoon + hours(1), second);
  shown(kNoon + hours(2), decided("b"));
  shown(kNoon + hours(3), decided("a"));
  // 1, then 2 for both products of one decision, then 3.
  EXPECT_EQ(tally("a", TallyOf::kNth), 1 + 2 + 2 + 3);
  EXPECT_EQ(tally("a", TallyOf::kNthSquare), 1 + 4 + 4 + 9);
  EXPECT_EQ(tally("a", TallyOf::kNthClicked), 2 + 2);
  EXPECT_EQ(tally("b", TallyOf::kNth), 1);
}

TEST_F(OffersTest, TheSiteCountsDecisionsAndAllThatIsBought) {
  DecisionRecord record;
  record.capped = {name_hash("a"), name_hash("b")};
  std::string bytes;
  append_decision_record(record, bytes);
  Event event = event_of(EventType::kOfferDecided, kNoon);
  event.props = bytes;
  x_world.send(event);
  decide(kNoon, {decided("a")});
  DecidedOffer ghost = decided("b");
  ghost.is_ghost = true;
  decide(kNoon, {ghost});
  buy(kNoon + days(20), {{"desk", 9'000}});
  int64_t sums[4] = {};
  for (int64_t week = week_of(kNoon); week < week_of(kNoon) + 5; ++week) {
    const TallyOf names[] = {TallyOf::kDecisions, TallyOf::kNothingShown, TallyOf::kCappedDecisions,
                             TallyOf::kSiteRevenue};
    for (size_t i = 0; i < 4; ++i) {
      sums[i] += x_world.tallies[tally_key(x_world.site.id, kNoName, names[i], week)];
    }
  }
  EXPECT_EQ(sums[0], 3);
  EXPECT_EQ(sums[1], 2) << "one was capped, one is a ghost's";
  EXPECT_EQ(sums[2], 1);
  EXPECT_EQ(sums[3], 9'000);
  EXPECT_EQ(tally("a", TallyOf::kCapped), 1);
}

TEST_F(OffersTest, AVisitorIsForgottenByOffersOnceNothingAsksAnyMore) {
  shown(kNoon, decided("a"));
  x_world.pass(kNoon + days(29));
  EXPECT_NE(x_world.visitor.offers, nullptr);
  x_world.pass(kNoon + days(31));
  EXPECT_EQ(x_world.visitor.offers, nullptr);
  EXPECT_EQ(x_world.visitor.deadline, EventTime::never());
}

TEST_F(OffersTest, TheStoredVisitorReadsBackEqual) {
  const std::string id = shown(kNoon, paid());
  decide(kNoon + minutes(1), {decided("b")});
  tell(EventType::kOfferClicked, kNoon + minutes(2), id);
  buy(kNoon + hours(1), {{"lamp", 5'000}});
  const std::string bytes = x_world.bytes();
  Visitor read;
  ASSERT_TRUE(decode_visitor(bytes, read));
  ASSERT_NE(read.offers, nullptr);
  EXPECT_EQ(*read.offers, *x_world.visitor.offers);
}

TEST_F(OffersTest, OtherOperatorsSeeNoDecision) {
  Operators list = both();
  Event event = event_of(EventType::kOfferDecided, kNoon);
  std::string bytes;
  append_decision_record({}, bytes);
  event.props = bytes;
  Context context(x_world.visitor, x_world.site, kNoon, ChangeReason::kEvent, event.type, x_world);
  for (const auto& op : list) op->on_event(event, context);
  EXPECT_TRUE(event.is_consumed);
}

}  // namespace
}  // namespace rekindle::operators
