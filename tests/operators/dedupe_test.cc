#include "operators/dedupe.h"

#include <gtest/gtest.h>

#include "core/limits.h"
#include "operators/activity.h"
#include "operators/lifetime.h"
#include "tests/operators/one_visitor.h"

namespace rekindle::operators {
namespace {

using namespace testing_samples;

Event with_id(NameHash id) {
  Event event = event_of(EventType::kPageView, kNoon);
  event.event_id = id;
  return event;
}

Event purchase(std::string_view order, NameHash id = kNoName) {
  Event event = event_of(EventType::kPurchase, kNoon);
  event.order_hash = name_hash(order);
  event.event_id = id;
  return event;
}

TEST(Dedupe, TheSameIdIsADuplicateAndNoIdNeverIs) {
  OneVisitor world(make_dedupe());
  EXPECT_TRUE(world.send(with_id(1)));
  EXPECT_TRUE(world.send(with_id(2)));
  EXPECT_FALSE(world.send(with_id(1)));
  EXPECT_TRUE(world.send(with_id(kNoName)));
  EXPECT_TRUE(world.send(with_id(kNoName)));
}

TEST(Dedupe, APurchaseIsADuplicateByOrderToo) {
  OneVisitor world(make_dedupe());
  EXPECT_TRUE(world.send(purchase("o1", 1)));
  EXPECT_FALSE(world.send(purchase("o1", 2)));
  EXPECT_TRUE(world.send(purchase("o2", 3)));
  EXPECT_TRUE(world.send(purchase("")));
  EXPECT_TRUE(world.send(purchase("")));
}

TEST(Dedupe, ARefundMayNameItsOrderAgain) {
  OneVisitor world(make_dedupe());
  EXPECT_TRUE(world.send(purchase("o1")));
  Event refund = purchase("o1");
  refund.type = EventType::kRefund;
  EXPECT_TRUE(world.send(refund));
  EXPECT_TRUE(world.send(refund));
}

TEST(Dedupe, ADuplicateLeavesNoTrace) {
  Operators all;
  all.push_back(make_dedupe());
  all.push_back(make_activity());
  all.push_back(make_lifetime());
  OneVisitor world(std::move(all));
  EXPECT_TRUE(world.send(purchase("o1", 1)));
  const std::string before = world.bytes();
  EXPECT_FALSE(world.send(purchase("o1", 2)));  // its id 2 is not remembered either
  EXPECT_FALSE(world.send(purchase("o2", 1)));  // nor its order
  EXPECT_EQ(world.bytes(), before);
  EXPECT_TRUE(world.send(purchase("o2", 2)));
}

TEST(Dedupe, RemembersExactlyTheNewestIds) {
  OneVisitor world(make_dedupe());
  for (NameHash id = 1; id <= limits::kDedupeIdsMax + 10; ++id)
    ASSERT_TRUE(world.send(with_id(id)));
  EXPECT_EQ(world.visitor.seen.event_ids.size(), limits::kDedupeIdsMax);
  for (NameHash id = 11; id <= limits::kDedupeIdsMax + 10; ++id) {
    ASSERT_FALSE(world.send(with_id(id))) << id;
  }
  EXPECT_TRUE(world.send(with_id(10)));
}

}  // namespace
}  // namespace rekindle::operators
