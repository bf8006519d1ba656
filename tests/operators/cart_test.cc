#include "operators/cart.h"

#include <gtest/gtest.h>

#include "core/limits.h"
#include "tests/operators/one_visitor.h"

namespace rekindle::operators {
namespace {

using namespace testing_samples;

Event add(EventTime at, std::vector<Item> items) {
  return event_of(EventType::kAddToCart, at, std::move(items));
}
Event remove(EventTime at, std::vector<Item> items) {
  return event_of(EventType::kRemoveFromCart, at, std::move(items));
}

TEST(Cart, AddsAddUpAtThePriceLastSeen) {
  OneVisitor world(make_cart());
  world.send(add(kNoon, {item_of("a", "shoes", 1'000, 2)}));
  world.send(add(kNoon + minutes(1), {item_of("a", "", 900, 1), item_of("b")}));
  world.send(add(kNoon + minutes(2), {item_of("a")}));  // no price: the last one stands
  const Cart& cart = world.visitor.cart;
  ASSERT_EQ(cart.lines.size(), 2u);
  EXPECT_EQ(cart.lines[0].quantity, 4u);
  EXPECT_EQ(cart.lines[0].category, item_name_hash("shoes"));
  EXPECT_EQ(cart.value(), 3'600);
  EXPECT_EQ(cart.pieces(), 5);
  EXPECT_EQ(cart.changed_at, kNoon + minutes(2));
}

TEST(Cart, RemovesSubtractButNotBelowNothing) {
  OneVisitor world(make_cart());
  world.send(add(kNoon, {item_of("a", "", 100, 3)}));
  world.send(remove(kNoon + minutes(1), {item_of("a")}));
  EXPECT_EQ(world.visitor.cart.pieces(), 2);
  world.send(remove(kNoon + minutes(2), {item_of("a", "", kNoMoney, 10)}));
  EXPECT_TRUE(world.visitor.cart.lines.empty());
  EXPECT_EQ(world.visitor.cart.changed_at, kNoon + minutes(2));
  world.send(remove(kNoon + minutes(3), {item_of("a")}));  // nothing there: nothing changes
  EXPECT_EQ(world.visitor.cart.changed_at, kNoon + minutes(2));
}

TEST(Cart, APurchaseTakesOutWhatItBought) {
  OneVisitor world(make_cart());
  world.send(add(kNoon, {item_of("a", "", 100, 2), item_of("b", "", 70, 1)}));
  world.send(event_of(EventType::kPurchase, kNoon + minutes(9),
                      {item_of("a", "", 100, 1), item_of("c", "", 5, 1)}));
  EXPECT_EQ(world.visitor.cart.value(), 170);
  EXPECT_EQ(world.visitor.cart.changed_at, kNoon + minutes(9));
}

TEST(Cart, OtherEventsAndItemsWithoutAProductLeaveItAlone) {
  OneVisitor world(make_cart());
  world.send(event_of(EventType::kViewItem, kNoon, {item_of("a", "", 100)}));
  world.send(add(kNoon, {item_of("", "shoes", 100)}));
  world.send(add(kNoon, {item_of("a", "", 100, 0)}));
  EXPECT_TRUE(world.visitor.cart.lines.empty());
  EXPECT_EQ(world.visitor.cart.changed_at, EventTime::before_all());
}

TEST(Cart, OverTheBoundTheLineUnchangedLongestIsDropped) {
  OneVisitor world(make_cart());
  for (size_t i = 0; i < limits::kCartLinesMax; ++i) {
    world.send(add(kNoon + seconds(static_cast<int64_t>(i)), {item_of(std::to_string(i))}));
  }
  world.send(add(kNoon + hours(1), {item_of("0")}));  // now "1" is the stalest
  world.send(add(kNoon + hours(2), {item_of("new")}));
  const Cart& cart = world.visitor.cart;
  EXPECT_EQ(cart.lines.size(), limits::kCartLinesMax);
  const auto has = [&](std::string_view product) {
    return std::any_of(cart.lines.begin(), cart.lines.end(),
                       [wanted = item_name_hash(product)](const CartLine& line) {
                         return line.product == wanted;
                       });
  };
  EXPECT_TRUE(has("0"));
  EXPECT_FALSE(has("1"));
  EXPECT_TRUE(has("new"));
}

TEST(Cart, QuantitiesStayWithinTheirBound) {
  OneVisitor world(make_cart());
  for (int i = 0; i < 3; ++i) {
    world.send(add(kNoon, {item_of("a", "", 1, limits::kQuantityMax)}));
  }
  EXPECT_EQ(world.visitor.cart.pieces(), limits::kQuantityMax);
}

}  // namespace
}  // namespace rekindle::operators
