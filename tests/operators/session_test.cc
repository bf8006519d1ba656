#include "operators/session.h"

#include <gtest/gtest.h>

#include "core/limits.h"
#include "operators/activity.h"
#include "operators/profile.h"
#include "tests/operators/one_visitor.h"

namespace rekindle::operators {
namespace {

using namespace testing_samples;

// The catalogue's order: a session closes before the timeline takes the next event.
OneVisitor make_world() {
  Operators all;
  all.push_back(make_session());
  all.push_back(make_activity());
  return OneVisitor(std::move(all));
}

Event view(EventTime at, std::string_view product = "a") {
  return event_of(EventType::kViewItem, at, {item_of(product, "shoes")});
}

TEST(Session, ClosesByTimeAloneExactlyWhenIdle) {
  OneVisitor world = make_world();
  world.send(view(kNoon));
  world.send(view(kNoon + minutes(20), "b"));
  world.pass(kNoon + minutes(50) - milliseconds(1));
  EXPECT_TRUE(world.sessions.empty());
  world.pass(kNoon + minutes(50));
  ASSERT_EQ(world.sessions.size(), 1u);
  EXPECT_EQ(world.sessions[0].start, kNoon);
  EXPECT_EQ(world.sessions[0].end, kNoon + minutes(20));
  ASSERT_EQ(world.sessions[0].lines.size(), 2u);
  EXPECT_EQ(world.sessions[0].lines[0].product, item_name_hash("a"));
  EXPECT_EQ(world.sessions[0].lines[1].category, item_name_hash("shoes"));
  EXPECT_FALSE(world.visitor.session.open);
  EXPECT_EQ(world.visitor.deadline, EventTime::never());
}

TEST(Session, AnEventAfterTheGapClosesItAndOpensTheNext) {
  OneVisitor world = make_world();
  world.send(view(kNoon));
  world.send(view(kNoon + minutes(30), "b"));
  ASSERT_EQ(world.sessions.size(), 1u);
  ASSERT_EQ(world.sessions[0].lines.size(), 1u);
  EXPECT_EQ(world.visitor.session.start, kNoon + minutes(30));
  EXPECT_EQ(world.visitor.session.events, 1u);
}

TEST(Session, LinesAreViewsAddsAndPurchasesInOrderOfTime) {
  OneVisitor world = make_world();
  world.send(view(kNoon));
  world.send(event_of(EventType::kPurchase, kNoon + minutes(2), {item_of("c"), item_of("d")}));
  world.send(event_of(EventType::kAddToCart, kNoon + minutes(1), {item_of("b")}));
  world.send(event_of(EventType::kSearch, kNoon + minutes(3)));
  world.pass(kNoon + days(1));
  ASSERT_EQ(world.sessions.size(), 1u);
  EXPECT_EQ(world.sessions[0].end, kNoon + minutes(3));
  std::vector<NameHash> products;
  for (const SessionLine& line : world.sessions[0].lines) products.push_back(line.product);
  EXPECT_EQ(products, (std::vector<NameHash>{item_name_hash("a"), item_name_hash("b"),
                                             item_name_hash("c"), item_name_hash("d")}));
  EXPECT_EQ(world.sessions[0].lines[3].type, EventType::kPurchase);
}

TEST(Session, WhatWasShownNeitherOpensNorExtendsOne) {
  OneVisitor world = make_world();
  world.send(event_of(EventType::kOfferShown, kNoon));
  EXPECT_FALSE(world.visitor.session.open);
  world.send(view(kNoon + minutes(1)));
  world.send(event_of(EventType::kOfferShown, kNoon + minutes(25)));
  world.pass(kNoon + minutes(31));
  ASSERT_EQ(world.sessions.size(), 1u);
  EXPECT_EQ(world.sessions[0].end, kNoon + minutes(1));
}

TEST(Session, ALateEventMovesTheStartBackOnlyWithinTheIdleTime) {
  OneVisitor world = make_world();
  world.send(view(kNoon));
  world.send(view(kNoon - minutes(29), "b"));
  EXPECT_EQ(world.visitor.session.start, kNoon - minutes(29));
  world.send(view(kNoon - minutes(59), "c"));
  EXPECT_EQ(world.visitor.session.start, kNoon - minutes(29));
  EXPECT_EQ(world.visitor.session.events, 2u);
  world.pass(kNoon + days(1));
  ASSERT_EQ(world.sessions.size(), 1u);
  ASSERT_EQ(world.sessions[0].lines.size(), 2u);
  EXPECT_EQ(world.sessions[0].lines[0].product, item_name_hash("b"));
}

TEST(Session, AnEventAlreadyIdleWhenItArrivesBelongsToNone) {
  OneVisitor world = make_world();
  world.pass(kNoon);
  world.send(view(kNoon - minutes(30)));
  EXPECT_FALSE(world.visitor.session.open);
  world.send(view(kNoon - minutes(29)));
  EXPECT_TRUE(world.visitor.session.open);
  EXPECT_GT(world.visitor.deadline, world.now);
}

TEST(Session, KeepsTheNewestLinesOfALongOne) {
  OneVisitor world = make_world();
  for (int64_t i = 0; i < 350; ++i) {
    world.send(event_of(EventType::kViewItem, kNoon + seconds(i), {item_of(std::to_string(i))}));
  }
  world.pass(kNoon + days(1));
  ASSERT_EQ(world.sessions.size(), 1u);
  ASSERT_EQ(world.sessions[0].lines.size(), limits::kSessionLinesMax);
  EXPECT_EQ(world.sessions[0].lines.front().product, item_name_hash("150"));
  EXPECT_EQ(world.sessions[0].lines.back().product, item_name_hash("349"));
  EXPECT_EQ(world.sessions[0].start, kNoon);
}

TEST(Session, AStaleDeadlineAsksAgain) {
  OneVisitor world = make_world();
  world.send(view(kNoon));
  world.send(view(kNoon + minutes(10)));
  EXPECT_EQ(world.visitor.deadline, kNoon + minutes(30));
  world.pass(kNoon + minutes(30));
  EXPECT_TRUE(world.sessions.empty());
  EXPECT_EQ(world.visitor.deadline, kNoon + minutes(40));
}

TEST(Session, OfACrawlerIsNobodysLesson) {
  Operators all;
  all.push_back(make_session());
  all.push_back(make_activity());
  all.push_back(make_profile());
  OneVisitor world(std::move(all));
  Event event = view(kNoon);
  event.is_bot = true;
  world.send(event);
  world.send(view(kNoon + minutes(30), "b"));
  world.pass(kNoon + hours(2));
  EXPECT_TRUE(world.sessions.empty());
  EXPECT_FALSE(world.visitor.session.open);
}

}  // namespace
}  // namespace rekindle::operators
