#include "operators/activity.h"

#include <gtest/gtest.h>

#include "core/limits.h"
#include "tests/operators/one_visitor.h"

namespace rekindle::operators {
namespace {

using namespace testing_samples;

TEST(Activity, WritesTheTimelineAndTheFirstAndLastTimeSeen) {
  OneVisitor world(make_activity());
  EXPECT_EQ(world.visitor.first_seen, EventTime::never());
  world.send(event_of(EventType::kSearch, kNoon));
  world.send(event_of(EventType::kOfferShown, kNoon + hours(1)));
  world.send(event_of(EventType::kSearch, kNoon - hours(1)));
  EXPECT_EQ(world.visitor.first_seen, kNoon - hours(1));
  EXPECT_EQ(world.visitor.last_seen, kNoon + hours(1));
  EXPECT_EQ(world.visitor.timeline.find(EventType::kSearch)->entries().size(), 2u);
  EXPECT_EQ(world.visitor.timeline.find(EventType::kOfferShown)->entries().size(), 1u);
}

TEST(Activity, ATypeBeyondTheBoundStillCountsAsSeen) {
  OneVisitor world(make_activity());
  for (size_t i = 0; i <= limits::kTimelineListsMax; ++i) {
    world.send(event_of(custom_type(std::to_string(i)), kNoon + seconds(static_cast<int64_t>(i))));
  }
  EXPECT_EQ(world.visitor.timeline.lists().size(), limits::kTimelineListsMax);
  EXPECT_EQ(world.visitor.last_seen, kNoon + seconds(limits::kTimelineListsMax));
}

}  // namespace
}  // namespace rekindle::operators
