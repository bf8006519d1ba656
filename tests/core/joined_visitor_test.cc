#include "core/joined_visitor.h"

#include <gtest/gtest.h>

#include "core/visitor_format.h"
#include "core/window.h"
#include "operators/catalog.h"
#include "tests/operators/one_visitor.h"

namespace rekindle {
namespace {

using namespace testing_samples;

std::unique_ptr<OneVisitor> someone(const std::string& name) {
  auto made = std::make_unique<OneVisitor>(operators::make_operators(Rules(), {}).value());
  made->visitor.site = made->site.id = site_id("shop");
  made->visitor.name = name;
  made->visitor.key = visitor_key(made->site.id, name);
  return made;
}

JoinedVisitor join(const OneVisitor& first, const OneVisitor& second) {
  const Visitor* const parts[] = {&first.visitor, &second.visitor};
  return join_visitors(parts);
}

Event with_id(Event event, std::string_view id) {
  event.event_id = name_hash(id);
  return event;
}

Event order(EventTime at, std::string_view number, int64_t value) {
  Event event = event_of(EventType::kPurchase, at);
  event.order = number;
  event.order_hash = name_hash(number);
  event.value = value;
  return event;
}

TEST(JoinedVisitor, OfOneIsThatOneWithoutWhatTakesEvents) {
  const auto phone = someone("phone");
  phone->send(
      with_id(event_of(EventType::kAddToCart, kNoon, {item_of("shoe", "shoes", 900, 2)}), "1"));
  phone->send(order(kNoon + seconds(1), "o1", 500));
  const Visitor* const parts[] = {&phone->visitor};
  const JoinedVisitor joined = join_visitors(parts);
  EXPECT_TRUE(joined.exact);
  Visitor expected;
  ASSERT_TRUE(decode_visitor(phone->bytes(), expected));
  expected.seen.event_ids = {};
  expected.deadline = EventTime::never();
  std::string bytes;
  std::string expected_bytes;
  encode_visitor(joined.visitor, bytes);
  encode_visitor(expected, expected_bytes);
  EXPECT_EQ(hex_of(bytes), hex_of(expected_bytes));
}

TEST(JoinedVisitor, WhatOneBoughtIsInNoCartOfAnother) {
  const auto phone = someone("phone");
  const auto laptop = someone("laptop");
  phone->send(event_of(EventType::kAddToCart, kNoon, {item_of("shoe", {}, 900, 2)}));
  phone->send(event_of(EventType::kAddToCart, kNoon, {item_of("hat", {}, 300)}));
  laptop->send(event_of(EventType::kPurchase, kNoon + hours(1), {item_of("shoe", {}, 800)}));
  const JoinedVisitor either[] = {join(*phone, *laptop), join(*laptop, *phone)};
  for (const JoinedVisitor& joined : either) {
    EXPECT_TRUE(joined.exact);
    EXPECT_EQ(joined.visitor.cart.pieces(), 2);
    EXPECT_EQ(joined.visitor.cart.value(), 1'200);
    EXPECT_EQ(joined.visitor.cart.changed_at, kNoon + hours(1));
  }
  EXPECT_EQ(phone->visitor.cart.pieces(), 3);
  // At the same time it was put in before.
  laptop->send(event_of(EventType::kRemoveFromCart, kNoon, {item_of("hat")}));
  EXPECT_EQ(join(*laptop, *phone).visitor.cart.pieces(), 1);
  // What is put in after that stays.
  phone->send(event_of(EventType::kAddToCart, kNoon + hours(2), {item_of("shoe", {}, 900)}));
  EXPECT_EQ(join(*phone, *laptop).visitor.cart.pieces(), 2);
}

TEST(JoinedVisitor, SaysWhenTheCartIsNotKnownForSure) {
  const auto phone = someone("phone");
  const auto laptop = someone("laptop");
  phone->send(event_of(EventType::kAddToCart, kNoon, {item_of("shoe", {}, 900, 3)}));
  // A timeline has the pieces of both in one sum.
  laptop->send(event_of(EventType::kPurchase, kNoon + hours(1),
                        {item_of("shoe", {}, 900, 1), item_of("hat", {}, 300, 2)}));
  EXPECT_FALSE(join(*phone, *laptop).exact);
}

TEST(JoinedVisitor, AnOrderCountsWhereItWasSentFirst) {
  const auto phone = someone("phone");
  const auto laptop = someone("laptop");
  phone->send(order(kNoon + seconds(5), "o1", 1'100));
  laptop->send(order(kNoon, "o1", 1'000));
  laptop->send(order(kNoon + seconds(9), "o2", 300));
  const JoinedVisitor joined = join(*phone, *laptop);
  EXPECT_TRUE(joined.exact);
  EXPECT_EQ(joined.visitor.lifetime.orders, 2);
  EXPECT_EQ(joined.visitor.lifetime.events, 2);
  EXPECT_EQ(joined.visitor.lifetime.purchased, 1'300);
  EXPECT_EQ(joined.visitor.lifetime.first_order, kNoon);
  EXPECT_EQ(joined.visitor.lifetime.last_order, kNoon + seconds(9));
  EXPECT_EQ(joined.visitor.seen.orders.size(), 2u);
}

TEST(JoinedVisitor, AnEventOfTwoWithOneIdCountsOnce) {
  const auto browser = someone("browser");
  const auto server = someone("server");
  const Event view = event_of(EventType::kViewItem, kNoon, {item_of("shoe")});
  browser->send(with_id(view, "same"));
  server->send(with_id(view, "same"));
  server->send(with_id(view, "another"));  // alike, and another one
  const JoinedVisitor joined = join(*browser, *server);
  EXPECT_TRUE(joined.exact);
  EXPECT_EQ(joined.visitor.lifetime.events, 2);
  EXPECT_EQ(joined.visitor.timeline.size(), 2u);
  // What is not alike may be anything: it counts, and that is said.
  server->send(with_id(event_of(EventType::kSearch, kNoon), "search"));
  browser->send(with_id(event_of(EventType::kSearch, kNoon + seconds(1)), "search"));
  EXPECT_FALSE(join(*browser, *server).exact);
  EXPECT_EQ(join(*browser, *server).visitor.lifetime.events, 4);
}

// One repeats the order of another when that one's is in tiles already: then the later one goes,
// and the other way round nobody knows any more what it was.
TEST(JoinedVisitor, AnOrderInTilesStaysWhereItIs) {
  const auto heavy = someone("heavy");
  heavy->send(order(kNoon, "first", 700));
  for (size_t i = 0; i < limits::kTimelineEntriesMax; ++i) {
    heavy->send(order(kNoon + seconds(1 + static_cast<int64_t>(i)), "o" + std::to_string(i), 1));
  }
  const auto light = someone("light");
  light->send(order(kNoon + seconds(1), "first", 700));
  const JoinedVisitor joined = join(*light, *heavy);
  EXPECT_TRUE(joined.exact);
  EXPECT_EQ(joined.visitor.lifetime.orders, 1'025);
  EXPECT_EQ(joined.visitor.lifetime.purchased, 700 + 1'024);

  const auto other = someone("other");
  other->send(order(kNoon, "first", 700));
  for (size_t i = 0; i < limits::kTimelineEntriesMax; ++i) {
    other->send(order(kNoon + seconds(1 + static_cast<int64_t>(i)), "p" + std::to_string(i), 1));
  }
  const JoinedVisitor doubtful = join(*other, *heavy);
  EXPECT_FALSE(doubtful.exact);
  EXPECT_EQ(doubtful.visitor.lifetime.orders, 2'049);
}

TEST(JoinedVisitor, OverTheBoundsNothingIsLostFromCounts) {
  const auto first = someone("first");
  const auto second = someone("second");
  for (int64_t i = 0; i < 900; ++i) {
    first->send(event_of(EventType::kSearch, kNoon + seconds(2 * i)));
    second->send(event_of(EventType::kSearch, kNoon + seconds(2 * i + 1)));
    second->send(event_of(EventType::kViewItem, kNoon + seconds(i), {item_of("shoe")}));
  }
  for (int64_t i = 0; i < 1'000; ++i) {  // into tiles of its own
    second->send(event_of(EventType::kSearch, kNoon + hours(1) + seconds(i)));
  }
  const Visitor whole = join(*first, *second).visitor;
  EXPECT_EQ(whole.timeline.size(), limits::kTimelineEntriesMax);
  WindowQuery searches;
  searches.types = TypeSelector{EventType::kSearch};
  searches.window = days(30);
  const Count all = count(whole.timeline, searches, kNoon + days(1));
  EXPECT_FALSE(all.exact);
  EXPECT_EQ(all.value, 2'800);
  EXPECT_EQ(whole.lifetime.events, 3'700);
  // It can be stored and read like any visitor.
  std::string bytes;
  encode_visitor(whole, bytes);
  Visitor read;
  EXPECT_TRUE(decode_visitor(bytes, read));
}

TEST(JoinedVisitor, IsRefusedWhatOneRefuses) {
  const auto phone = someone("phone");
  const auto laptop = someone("laptop");
  Event event = event_of(EventType::kConsent, kNoon);
  event.consent = R"({"ads":true,"email":false})";
  phone->send(event);
  event.at = kNoon + seconds(1);
  event.consent = R"({"ads":false,"email":true})";
  laptop->send(event);
  const Visitor whole = join(*phone, *laptop).visitor;
  EXPECT_FALSE(whole.profile->consent("ads")->granted);
  EXPECT_TRUE(whole.profile->consent("ads")->was_granted);
  EXPECT_EQ(whole.profile->consent("ads")->at, kNoon + seconds(1));
  EXPECT_FALSE(whole.profile->consent("email")->granted);
  EXPECT_EQ(whole.profile->consent("email")->at, kNoon);
}

TEST(JoinedVisitor, HasTheOffersOfAll) {
  const auto phone = someone("phone");
  const auto laptop = someone("laptop");
  phone->visitor.offers = std::make_unique<OfferHistory>();
  laptop->visitor.offers = std::make_unique<OfferHistory>();
  Exposure exposure;
  exposure.decided_at = kNoon + seconds(2);
  phone->visitor.offers->exposures.push_back(exposure);
  exposure.decided_at = kNoon;
  laptop->visitor.offers->exposures.push_back(exposure);
  Trial trial;
  trial.offer = 7;
  trial.began = kNoon + seconds(1);
  phone->visitor.offers->trials.push_back(trial);
  trial.began = kNoon;
  laptop->visitor.offers->trials.push_back(trial);
  const Visitor whole = join(*phone, *laptop).visitor;
  ASSERT_EQ(whole.offers->exposures.size(), 2u);
  EXPECT_EQ(whole.offers->exposures.front().decided_at, kNoon);
  ASSERT_EQ(whole.offers->trials.size(), 1u);
  EXPECT_EQ(whole.offers->trials.front().began, kNoon);
}

}  // namespace
}  // namespace rekindle
