// Definitions that change in the middle of random traffic, in random slices, with crashes anywhere:
// in the end the members are those of an engine that had the last definitions from the start, the
// feed leads exactly there, and the log gives the same bytes again.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/support/random_shop.h"

namespace rekindle::testing {
namespace {

using Events = std::vector<TestEvent>;
using Members = std::map<std::string, std::set<std::string>>;

// Some that refer to others, so that a change has consequences.
std::vector<AudienceDefinition> audiences() {
  auto all = shop_audiences();
  all.push_back({"quiet_abandoners", "", "", "in(cart_abandoners) and in(quiet_minute)"});
  all.push_back({"not_quiet", "", "", "not in(quiet_abandoners) and in_for(active_today) >= 0s"});
  return all;
}

const std::vector<std::string> kOtherExpressions = {
    "count(any, 24h) >= 2",
    "cart.value > 20 and not did(purchase, 3d)",
    "since(any) >= 2h",
    "lifetime.orders >= 1",
    "true",
    "false",
    "distinct(view_item, product, 30d) >= 2 and not in(lapsed)",
    "sum(purchase, value, 90d) >= 80 or count(search, 7d) >= 1",
};

// Who is in, by the name of the audience, as the feed tells it. Checks that it alternates.
Members members_by_feed(const Rig& rig, const Rules& rules) {
  std::map<std::pair<uint16_t, std::string>, bool> inside;
  for (const FeedLine& line : rig.feed()) {
    bool& now_inside = inside[{line.audience, line.visitor}];
    EXPECT_NE(now_inside, line.entered) << line.visitor << " " << line.audience;
    now_inside = line.entered;
  }
  Members members;
  for (const auto& [key, in] : inside) {
    if (!in) continue;
    const AudienceRule* const rule = rules.find(AudienceId{key.first});
    EXPECT_NE(rule, nullptr) << "somebody is still in an audience that is no more";
    if (rule != nullptr) members[rule->name].insert(key.second);
  }
  return members;
}

// The same by the visitors themselves, as a query sees them.
Members members_by_visitor(Rig& rig, const Events& events) {
  const Rules rules = rig.engine().rules();
  std::set<std::string> names;
  for (const TestEvent& event : events) names.insert(event.visitor);
  Members members;
  for (const std::string& name : names) {
    rig.look(name, [&](const Visitor& visitor) {
      for (const Membership& membership : visitor.memberships) {
        if (!rules.is_in_force(membership.of())) continue;
        members[rules.find(membership.audience)->name].insert(name);
      }
    });
  }
  return members;
}

std::vector<AudienceDefinition> definitions_of(const Rules& rules) {
  std::vector<AudienceDefinition> definitions;
  for (const AudienceRule& rule : rules.audiences) {
    definitions.push_back({rule.name, rule.title, rule.purpose, rule.when});
  }
  return definitions;
}

EventTime last_of(const Events& events) {
  EventTime last = events.front().at;
  for (const TestEvent& event : events) last = std::max(last, event.at);
  return last;
}

class RedefinitionProperty : public ::testing::TestWithParam<uint32_t> {
 protected:
  RedefinitionProperty() : x_random(GetParam()) {
    x_options.audiences = audiences();
    x_options.engine.shards = 1 + GetParam() % 3;
    x_options.engine.checkpoint_dirty_visitors = 4;  // so that crashes fall around checkpoints
    x_options.engine.checkpoint_events = 30;
  }
  size_t below(size_t n) { return static_cast<size_t>(x_random() % n); }

  // A change of one audience or another: a new definition, a new audience, or a removal.
  void change_something(Rig& rig) {
    WantedAudience wanted;
    const auto known = audiences();
    wanted.definition = known[below(known.size() - 2)];
    switch (below(8)) {
      case 0: wanted.definition.name = "new_" + std::to_string(below(3)); [[fallthrough]];
      default: wanted.definition.when = kOtherExpressions[below(kOtherExpressions.size())]; break;
      case 1: wanted.definition.title = "Title " + std::to_string(below(9)); break;
      case 2: wanted.removes = true; break;
    }
    const auto accepted = rig.engine().change_definition(wanted);
    if (accepted) x_accepted += *accepted ? 1 : 0;
    // Others refer to it, it refers to itself by others, or it is gone already.
    else
      EXPECT_TRUE(accepted.error().code == ErrorCode::kInvalidArgument ||
                  accepted.error().code == ErrorCode::kInvalidExpression ||
                  accepted.error().code == ErrorCode::kNotFound)
          << to_string(accepted.error());
  }

  void drive(Rig& rig, const Events& events, bool crashes) {
    for (size_t at = 0; at < events.size();) {
      const size_t n = std::min(1 + below(60), events.size() - at);
      const auto first = events.begin() + static_cast<std::ptrdiff_t>(at);
      ASSERT_TRUE(rig.try_send_beside(Events(first, first + static_cast<std::ptrdiff_t>(n))));
      at += n;
      if (below(5) == 0) change_something(rig);
      for (size_t steps = below(8); steps > 0; --steps) rig.engine().step();
      if (!crashes || below(5) != 0) continue;
      if (!rig.engine().rules().pending.empty()) ++x_crashes_in_the_middle;
      rig.crash();
    }
    rig.engine().run_until_idle();
    ASSERT_TRUE(rig.engine().rules().pending.empty());
  }

  void compare_with_fresh(Rig& rig, const Events& events) {
    const Rules rules = rig.engine().rules();
    RigOptions options;
    options.audiences = definitions_of(rules);
    options.engine.partitions = x_options.engine.partitions;  // each has a clock of its own
    Rig fresh(options);
    fresh.send(events);
    EXPECT_EQ(members_by_feed(rig, rules), members_by_feed(fresh, fresh.engine().rules()));
    EXPECT_EQ(members_by_feed(rig, rules), members_by_visitor(rig, events));
    // Deadlines were set by the evaluation too: time alone leads both to the same.
    for (const Duration later : {minutes(5), hours(5), days(8), days(100)}) {
      ASSERT_TRUE(rig.engine().tick(last_of(events) + later));
      ASSERT_TRUE(fresh.engine().tick(last_of(events) + later));
      EXPECT_EQ(members_by_feed(rig, rules), members_by_feed(fresh, fresh.engine().rules()))
          << later.ms;
    }
  }

  std::mt19937 x_random;
  RigOptions x_options;
  size_t x_accepted = 0;
  size_t x_crashes_in_the_middle = 0;
};

TEST_P(RedefinitionProperty, EndsAsIfTheLastDefinitionsHadAlwaysBeen) {
  const Events events = random_shop({.seed = GetParam(), .events = 1'200, .visitors = 90});
  Rig rig(x_options);
  drive(rig, events, false);
  EXPECT_GT(x_accepted, 1u);
  compare_with_fresh(rig, events);
}

TEST_P(RedefinitionProperty, CrashesInAnyPhaseChangeNothingOfThat) {
  const Events events = random_shop({.seed = GetParam(), .events = 1'200, .visitors = 90});
  Rig rig(x_options);
  drive(rig, events, true);
  compare_with_fresh(rig, events);
}

TEST_P(RedefinitionProperty, ReplayGivesIdenticalBytes) {
  const Events events = random_shop({.seed = GetParam(), .events = 800, .visitors = 60});
  Rig rig(x_options);
  drive(rig, events, false);
  const auto feed = rig.feed();
  const auto bytes = rig.bytes(true);
  rig.replay_from_log();
  EXPECT_EQ(rig.feed(), feed);
  for (const auto& [row, value] : rig.bytes(true)) {
    const auto before = bytes.find(row);
    ASSERT_NE(before, bytes.end()) << ::testing::PrintToString(row);
    EXPECT_EQ(value, before->second) << ::testing::PrintToString(row);
  }
  EXPECT_EQ(rig.bytes(true).size(), bytes.size());
}

// Stopped in the middle, with everything checkpointed there, and replayed from there.
TEST_P(RedefinitionProperty, ACheckpointInTheMiddleHoldsAllOfIt) {
  const Events events = random_shop({.seed = GetParam(), .events = 300, .visitors = 200});
  x_options.engine.partitions = 2;
  x_options.engine.shards = 1;
  Rig rig(x_options);
  rig.send(events);
  ASSERT_TRUE(
      *rig.engine().change_definition({{"active_today", "", "", "count(any, 24h) >= 1"}, false}));
  for (int step = 0; step < 7; ++step) rig.engine().step();
  ASSERT_FALSE(rig.engine().rules().pending.empty());
  ASSERT_TRUE(rig.engine().checkpoint_now());
  rig.crash();
  rig.engine().run_until_idle();
  EXPECT_EQ(rig.engine().rules().find("active_today")->when, "count(any, 24h) >= 1");
  compare_with_fresh(rig, events);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RedefinitionProperty, ::testing::Range(1u, 11u));

// --- dying at every write of a run in which definitions change

constexpr size_t kFrame = 25;

struct Outcome {
  Members members;
  uint64_t writes = 0;
  bool crashed = false;
};

Outcome run(const Events& events, uint64_t die_at, Fault fault) {
  RigOptions options;
  options.audiences = audiences();
  options.engine.partitions = 3;
  options.engine.checkpoint_dirty_visitors = 10;
  options.engine.checkpoint_events = 40;
  Rig rig(options);
  rig.faults().fail_at(die_at, fault);
  Outcome outcome;
  const auto restart_if_failed = [&] {
    // A write that the shards did not make may have been the last one, too.
    if (!rig.engine().is_failed() && !rig.faults().is_crashed()) return;
    outcome.crashed = true;
    rig.crash();
  };
  const WantedAudience wanted{{"quiet_minute", "", "", "since(any) >= 2h"}, false};
  const WantedAudience removed{{"cheap", "", "", ""}, true};
  for (size_t at = 0; at < events.size();) {
    const size_t end = std::min(at + kFrame, events.size());
    const Events frame(events.begin() + static_cast<std::ptrdiff_t>(at),
                       events.begin() + static_cast<std::ptrdiff_t>(end));
    const bool changes = at == 4 * kFrame;
    const bool acknowledged = rig.try_send_beside(frame);
    if (acknowledged && changes) {
      // A refused write is not accepted: it is asked for again.
      for (const WantedAudience& one : {wanted, removed}) {
        auto accepted = rig.engine().change_definition(one);
        if (!accepted && accepted.error().code != ErrorCode::kNotFound) {
          outcome.crashed = true;
          rig.crash();
          accepted = rig.engine().change_definition(one);
          EXPECT_TRUE(accepted || accepted.error().code == ErrorCode::kNotFound);
        }
      }
    }
    if (acknowledged) at = end;
    restart_if_failed();
  }
  rig.engine().run_until_idle();
  restart_if_failed();
  rig.engine().run_until_idle();
  if (!rig.engine().tick(last_of(events) + days(1))) {
    restart_if_failed();
    rig.engine().run_until_idle();
    RK_ASSERT(rig.engine().tick(last_of(events) + days(1)));
  }
  outcome.writes = rig.faults().writes();
  const Rules rules = rig.engine().rules();
  EXPECT_TRUE(rules.pending.empty());
  EXPECT_EQ(rules.find("quiet_minute")->when, "since(any) >= 2h");
  EXPECT_EQ(rules.find("cheap"), nullptr);
  outcome.members = members_by_feed(rig, rules);
  EXPECT_EQ(outcome.members, members_by_visitor(rig, events));
  return outcome;
}

class RedefinitionCrash : public ::testing::TestWithParam<Fault> {};

TEST_P(RedefinitionCrash, DyingAtAnyWriteEndsWithTheNewDefinitions) {
  const auto events = random_shop({.seed = 5, .events = 250, .visitors = 40});
  const Outcome calm = run(events, FaultPlan::kNever, Fault::kRefuse);
  ASSERT_FALSE(calm.crashed);
  uint64_t crashes = 0;
  for (uint64_t die_at = 6; die_at <= calm.writes; ++die_at) {
    const Outcome shaken = run(events, die_at, GetParam());
    crashes += shaken.crashed ? 1 : 0;
    ASSERT_EQ(calm.members, shaken.members) << "died at write " << die_at;
  }
  EXPECT_GT(crashes, 40u);
}

INSTANTIATE_TEST_SUITE_P(Faults, RedefinitionCrash,
                         ::testing::Values(Fault::kRefuse, Fault::kCrashBefore,
                                           Fault::kCrashAfter));

}  // namespace
}  // namespace rekindle::testing
