#include "operators/lifetime.h"

#include <gtest/gtest.h>

#include "tests/operators/one_visitor.h"

namespace rekindle::operators {
namespace {

using namespace testing_samples;

Event worth(EventType type, EventTime at, int64_t value) {
  Event event = event_of(type, at);
  event.value = value;
  return event;
}

TEST(Lifetime, RevenueIsPurchasesLessRefunds) {
  OneVisitor world(make_lifetime());
  world.send(event_of(EventType::kPageView, kNoon));
  world.send(worth(EventType::kPurchase, kNoon, 5'000));
  world.send(event_of(EventType::kPurchase, kNoon + days(2), {item_of("a", "", 250, 2)}));
  world.send(worth(EventType::kRefund, kNoon + days(3), 1'000));
  world.send(worth(EventType::kRefund, kNoon + days(3), -200));
  const Lifetime& lifetime = world.visitor.lifetime;
  EXPECT_EQ(lifetime.events, 5);
  EXPECT_EQ(lifetime.orders, 2);
  EXPECT_EQ(lifetime.purchased, 5'500);
  EXPECT_EQ(lifetime.refunded, 1'200);
  EXPECT_EQ(lifetime.revenue(), 4'300);
  EXPECT_EQ(lifetime.first_order, kNoon);
  EXPECT_EQ(lifetime.last_order, kNoon + days(2));
}

TEST(Lifetime, ALateFirstOrderMovesTheFirstOrderBack) {
  OneVisitor world(make_lifetime());
  world.send(worth(EventType::kPurchase, kNoon, 1));
  world.send(worth(EventType::kPurchase, kNoon - days(1), 1));
  EXPECT_EQ(world.visitor.lifetime.first_order, kNoon - days(1));
  EXPECT_EQ(world.visitor.lifetime.last_order, kNoon);
}

TEST(Lifetime, CountsOrdersWithACouponAndOrdersOfUnknownWorth) {
  OneVisitor world(make_lifetime());
  Event event = event_of(EventType::kPurchase, kNoon);
  event.coupon = "SPRING";
  world.send(event);
  world.send(event_of(EventType::kPurchase, kNoon));
  event.type = EventType::kAddToCart;
  world.send(event);
  EXPECT_EQ(world.visitor.lifetime.orders, 2);
  EXPECT_EQ(world.visitor.lifetime.coupon_orders, 1);
  EXPECT_EQ(world.visitor.lifetime.purchased, 0);
}

}  // namespace
}  // namespace rekindle::operators
