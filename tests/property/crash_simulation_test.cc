// The whole engine in one thread on stores that die: at every single write of a run, before it and
// after it, the process ends; the sender sends again what was not acknowledged; nothing may differ
// from a run in which nothing died.
#include <gtest/gtest.h>

#include "tests/support/random_shop.h"

namespace rekindle::testing {
namespace {

constexpr size_t kFrame = 25;

RigOptions small_checkpoints() {
  RigOptions options;
  options.audiences = shop_audiences();
  options.engine.partitions = 3;
  options.engine.checkpoint_dirty_visitors = 4;
  options.engine.checkpoint_events = 15;
  return options;
}

struct Outcome {
  std::vector<FeedLine> feed;
  std::map<std::string, std::string> bytes;
  uint64_t writes = 0;
  bool crashed = false;
};

// Sends frames in order; what is not acknowledged is sent again after a restart.
Outcome run(const std::vector<TestEvent>& events, uint64_t die_at, Fault fault) {
  Rig rig(small_checkpoints());
  rig.faults().fail_at(die_at, fault);
  Outcome outcome;
  const auto restart = [&] {
    outcome.crashed = true;
    rig.crash();
  };
  for (size_t at = 0; at < events.size();) {
    const size_t end = std::min(at + kFrame, events.size());
    const std::vector<TestEvent> frame(events.begin() + static_cast<std::ptrdiff_t>(at),
                                       events.begin() + static_cast<std::ptrdiff_t>(end));
    const bool acknowledged = rig.try_send(frame);
    if (acknowledged) at = end;
    if (rig.engine().is_failed()) restart();
  }
  EventTime last = events.front().at;
  for (const TestEvent& event : events) last = std::max(last, event.at);
  if (!rig.engine().tick(last + days(400))) {
    restart();
    RK_ASSERT(rig.engine().tick(last + days(400)));
  }
  outcome.writes = rig.faults().writes();
  if (!rig.engine().checkpoint_now()) restart();
  outcome.feed = rig.feed();
  outcome.bytes = rig.bytes();
  return outcome;
}

class CrashSimulation : public ::testing::TestWithParam<Fault> {};

TEST_P(CrashSimulation, DyingAtAnyWriteChangesNothing) {
  const auto events = random_shop({.seed = 11, .events = 300, .visitors = 25});
  const Outcome calm = run(events, FaultPlan::kNever, Fault::kRefuse);
  ASSERT_FALSE(calm.crashed);
  ASSERT_GT(calm.feed.size(), 50u);
  ASSERT_GT(calm.writes, 40u);
  // The first writes are the engine's opening, which a new store repeats by itself.
  uint64_t crashes = 0;
  for (uint64_t die_at = 6; die_at <= calm.writes; ++die_at) {
    const Outcome shaken = run(events, die_at, GetParam());
    crashes += shaken.crashed ? 1 : 0;
    ASSERT_EQ(calm.feed, shaken.feed) << "died at write " << die_at;
    ASSERT_TRUE(calm.bytes == shaken.bytes) << "died at write " << die_at;
  }
  EXPECT_GT(crashes, 40u);
}

INSTANTIATE_TEST_SUITE_P(Faults, CrashSimulation,
                         ::testing::Values(Fault::kRefuse, Fault::kCrashBefore,
                                           Fault::kCrashAfter));

}  // namespace
}  // namespace rekindle::testing
