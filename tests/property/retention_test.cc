// Visitors who were not seen for their site's retention are forgotten, and only they.
#include <gtest/gtest.h>

#include <set>

#include "tests/support/random_shop.h"
#include "tests/support/traces.h"

namespace rekindle::testing {
namespace {

RigOptions options_with(Duration retention) {
  RigOptions options;
  options.audiences = shop_audiences();
  options.audiences.push_back({"top", "", "", "top(lifetime.revenue, 20%)"});
  options.engine.checkpoint_dirty_visitors = 20;
  options.retention = retention;
  return options;
}

std::map<std::string, EventTime> last_seen(Rig& rig, const std::vector<TestEvent>& events) {
  std::map<std::string, EventTime> seen;
  for (const TestEvent& event : events) {
    rig.look(event.visitor,
             [&](const Visitor& visitor) { seen[visitor.name] = visitor.last_seen; });
  }
  return seen;
}

class Retention : public ::testing::TestWithParam<uint32_t> {};

TEST_P(Retention, WhoWasNotSeenIsForgottenAndNobodyElse) {
  std::vector<TestEvent> events = random_shop({.seed = GetParam(), .events = 600, .visitors = 80});
  for (TestEvent& event : events) event.visitor = "name-of-" + event.visitor + "-in-the-shop";
  Rig rig(options_with(days(35)));
  rig.send(events);
  EventTime now = events.front().at;
  for (const TestEvent& event : events) now = std::max(now, event.at);
  now = now + days(20);
  ASSERT_TRUE(rig.engine().tick(now));
  ASSERT_TRUE(rig.engine().checkpoint_now());
  const auto seen = last_seen(rig, events);
  rig.clock().advance(hours(25));  // the next pass is due
  rig.engine().run_until_idle();
  std::set<std::string> expected;
  size_t kept = 0;
  for (const auto& [name, at] : seen) {
    bool known = false;
    rig.look(name, [&](const Visitor&) { known = true; });
    EXPECT_EQ(known, at + days(35) > now) << name;
    if (known) {
      ++kept;
    } else {
      expected.insert(name);
    }
  }
  ASSERT_GT(expected.size(), 3u);
  ASSERT_GT(kept, 3u);
  EXPECT_EQ(rig.engine().retired_visitors(), expected.size());
  // They left whatever they were in, for that reason.
  std::map<std::pair<std::string, uint16_t>, bool> inside;
  for (const FeedLine& line : rig.feed()) inside[{line.visitor, line.audience}] = line.entered;
  for (const auto& [place, is_inside] : inside) {
    EXPECT_FALSE(is_inside && expected.count(place.first) > 0) << place.first;
  }
  // Nothing of them is left in the state store.
  state::MemoryLog empty;
  for (const std::string& name : expected) {
    EXPECT_EQ(traces(empty, rig.store(), 8, patterns_of(site_id("shop"), name)).size(), 0u) << name;
  }
  auto bytes = rig.bytes();
  std::erase_if(bytes, [](const auto& row) { return row.first.starts_with("0\xff\xff"); });
  rig.crash();
  rig.engine().run_until_idle();
  EXPECT_EQ(rig.engine().retired_visitors(), 0u);
  rig.replay_from_log();
  auto again = rig.bytes();
  std::erase_if(again, [](const auto& row) { return row.first.starts_with("0\xff\xff"); });
  EXPECT_TRUE(bytes == again);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Retention, ::testing::Range(1u, 6u));

}  // namespace
}  // namespace rekindle::testing
