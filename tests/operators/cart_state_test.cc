#include "operators/cart_state.h"

#include <gtest/gtest.h>

#include "operators/activity.h"
#include "operators/cart.h"
#include "tests/operators/one_visitor.h"

namespace rekindle::operators {
namespace {

using namespace testing_samples;

// Notes what later operators are given.
class Witness final : public Operator {
 public:
  explicit Witness(std::vector<Event>& seen) : x_seen(seen) {}
  [[nodiscard]] std::string_view name() const override { return "witness"; }
  void on_event(Event& event, Context&) override { x_seen.push_back(event); }
  void on_deadline(Context&) override {}

 private:
  std::vector<Event>& x_seen;
};

class CartStateTest : public ::testing::Test {
 protected:
  CartStateTest() : world(operators()) {}
  Operators operators() {
    Operators list;
    list.push_back(make_cart_state());
    list.push_back(make_activity());
    list.push_back(make_cart());
    list.push_back(std::make_unique<Witness>(seen));
    return list;
  }
  // The whole cart, as a decoder tells it.
  void tell(const std::vector<Item>& items) {
    seen.clear();
    at = at + minutes(1);
    world.send(event_of(EventType::kCartAtLeast, at, items));
    Event most = event_of(EventType::kCartAtMost, at, items);
    most.value = 12'345;
    world.send(most);
  }

  std::vector<Event> seen;
  OneVisitor world;
  EventTime at = kNoon;
};

TEST_F(CartStateTest, ANewCartIsAnAddition) {
  tell({item_of("a", "shoes", 1'000, 2), item_of("b", "", 500, 1)});
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].type, EventType::kAddToCart);
  ASSERT_EQ(seen[0].items.size(), 2u);
  EXPECT_EQ(seen[0].items[0].quantity, 2u);
  EXPECT_EQ(world.visitor.cart.value(), 2'500);
}

TEST_F(CartStateTest, TheSameCartSaysNothing) {
  tell({item_of("a", "", 1'000, 2)});
  tell({item_of("a", "", 1'000, 2)});
  EXPECT_TRUE(seen.empty());
  EXPECT_EQ(world.visitor.cart.changed_at, kNoon + minutes(1));
}

TEST_F(CartStateTest, AChangeMayBothRemoveAndAdd) {
  tell({item_of("a", "shoes", 1'000, 3), item_of("b", "hats", 500, 1)});
  tell({item_of("a", "shoes", 1'000, 1), item_of("c", "", 200, 1)});
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].type, EventType::kAddToCart);
  ASSERT_EQ(seen[0].items.size(), 1u);
  EXPECT_EQ(seen[0].items[0].product_hash, item_name_hash("c"));
  EXPECT_EQ(seen[1].type, EventType::kRemoveFromCart);
  EXPECT_EQ(seen[1].value, kNoMoney);
  ASSERT_EQ(seen[1].items.size(), 2u);
  EXPECT_EQ(seen[1].items[0].product_hash, item_name_hash("a"));
  EXPECT_EQ(seen[1].items[0].category_hash, item_name_hash("shoes"));
  EXPECT_EQ(seen[1].items[0].price, 1'000);
  EXPECT_EQ(seen[1].items[0].quantity, 2u);
  EXPECT_EQ(seen[1].items[1].product_hash, item_name_hash("b"));
  EXPECT_EQ(world.visitor.cart.value(), 1'200);
}

TEST_F(CartStateTest, AnEmptyCartRemovesAll) {
  tell({item_of("a", "", 1'000, 3)});
  tell({});
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].type, EventType::kRemoveFromCart);
  EXPECT_TRUE(world.visitor.cart.lines.empty());
}

TEST_F(CartStateTest, WhoComesWithAnEmptyCartLookedAtIt) {
  tell({});
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].type, EventType::kViewCart);
  tell({});
  EXPECT_TRUE(seen.empty());
}

TEST_F(CartStateTest, LinesOfOneProductAddUp) {
  tell({item_of("a", "", 100, 1), item_of("", "shoes", 9, 1), item_of("a", "", 100, 2)});
  ASSERT_EQ(seen.size(), 1u);
  ASSERT_EQ(seen[0].items.size(), 1u);
  EXPECT_EQ(seen[0].items[0].quantity, 3u);
  EXPECT_EQ(world.visitor.cart.pieces(), 3);
  tell({item_of("a", "", 100, 1), item_of("a", "", 100, 1)});
  EXPECT_EQ(world.visitor.cart.pieces(), 2);
}

TEST_F(CartStateTest, OtherEventsPassUntouched) {
  world.send(event_of(EventType::kAddToCart, at, {item_of("a", "", 100, 1)}));
  world.send(event_of(EventType::kAddToCart, at, {item_of("a", "", 100, 1)}));
  EXPECT_EQ(seen.size(), 2u);
  EXPECT_EQ(world.visitor.cart.pieces(), 2);
}

}  // namespace
}  // namespace rekindle::operators
