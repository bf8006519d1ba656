// Erasing visitors under random traffic: nothing of them is left, nobody else notices, and the
// cleared log still gives every byte of the state, wherever the process dies.
#include <gtest/gtest.h>

#include <set>

#include "tests/support/random_shop.h"
#include "tests/support/traces.h"

namespace rekindle::testing {
namespace {

using Bytes = std::map<std::string, std::string>;
using Events = std::vector<TestEvent>;

constexpr uint32_t kPartitions = 8;

// Names that no other bytes contain by chance.
std::string long_name(const std::string& name) {
  return "visitor-" + name + "-of-the-erasure-test";
}

Events shop_of(uint32_t seed) {
  Events events = random_shop({.seed = seed, .events = 1'500, .visitors = 40});
  for (TestEvent& event : events) event.visitor = long_name(event.visitor);
  return events;
}

RigOptions options_with(uint32_t dirty_visitors, bool with_ranks) {
  RigOptions options;
  options.audiences = shop_audiences();
  if (with_ranks) options.audiences.push_back({"top", "", "", "top(lifetime.revenue, 20%)"});
  options.engine.checkpoint_dirty_visitors = dirty_visitors;
  options.engine.checkpoint_events = dirty_visitors * 8;
  return options;
}

// Every row but those of erasures, of checkpoints' counters, sums, to which the erased have added,
// and sets of nobody: one that only the erased were ever in has a row, and after a replay of the
// cleared log it has none.
Bytes state_of(Rig& rig) {
  Bytes bytes = rig.bytes();
  std::erase_if(bytes, [](const auto& row) {
    const auto& [key, value] = row;
    const bool is_set = key[0] == '0' && key[3] == 'm';
    const bool is_sums = key[0] == '0' && key[3] == 't';
    return key.starts_with("0\xff\xff") || is_sums ||
           (is_set && value.substr(0, state_format::kChecksumBytes) ==
                          std::string(state_format::kChecksumBytes, '\0'));
  });
  return bytes;
}

// The first difference only: whole states do not help anyone.
::testing::AssertionResult same(const Bytes& a, const Bytes& b) {
  auto x = a.begin();
  auto y = b.begin();
  for (; x != a.end() && y != b.end() && *x == *y; ++x, ++y) {
  }
  if (x == a.end() && y == b.end()) return ::testing::AssertionSuccess();
  const auto show = [](const auto& at, const auto& end) {
    return at == end
               ? std::string("nothing")
               : ::testing::PrintToString(at->first) + " = " + ::testing::PrintToString(at->second);
  };
  return ::testing::AssertionFailure() << show(x, a.end()) << " against " << show(y, b.end());
}

Result<Erasure> erase(Rig& rig, const std::string& name) {
  static int number = 0;
  return rig.engine().erase(
      {"receipt" + std::to_string(++number), site_id("shop"), name, "secret", "proof"});
}

bool is_known(Rig& rig, const std::string& name) {
  bool known = false;
  rig.look(name, [&](const Visitor&) { known = true; });
  return known;
}

std::vector<std::string> traces_of(Rig& rig, const std::string& name) {
  return traces(rig.log(), rig.store(), kPartitions, patterns_of(site_id("shop"), name));
}

std::vector<FeedLine> feed_without(const Rig& rig, const std::set<std::string>& names) {
  std::vector<FeedLine> feed = rig.feed();
  std::erase_if(feed, [&](const FeedLine& line) { return names.count(line.visitor) > 0; });
  return feed;
}

class ErasureProperty : public ::testing::TestWithParam<uint32_t> {};

// What is left of the erased themselves, in the one rig, is blank: an empty name.
TEST_P(ErasureProperty, NobodyElseNotices) {
  const Events events = shop_of(GetParam());
  Rig erasing(options_with(7, false));
  Rig other(options_with(7, false));
  std::mt19937 random(GetParam());
  std::set<std::string> erased;
  for (size_t at = 0; at < events.size(); at += 50) {
    Events batch;
    for (size_t i = at; i < std::min(at + 50, events.size()); ++i) {
      if (erased.count(events[i].visitor) == 0) batch.push_back(events[i]);
    }
    erasing.send(batch);
    other.send(batch);
    if (random() % 3 != 0) continue;
    const std::string& name = events[random() % (at + 50)].visitor;
    if (!is_known(erasing, name)) continue;
    ASSERT_TRUE(erase(erasing, name));
    EXPECT_FALSE(is_known(erasing, name));
    erased.insert(name);
    if (random() % 2 == 0) erasing.clock().advance(hours(2));
    erasing.engine().run_until_idle();
  }
  ASSERT_GT(erased.size(), 3u);
  erasing.clock().advance(hours(2));
  erasing.engine().run_until_idle();
  EXPECT_EQ(erasing.engine().erasures().under_way, 0u);
  std::set<std::string> gone = erased;
  gone.insert("");
  EXPECT_EQ(feed_without(erasing, gone), feed_without(other, gone));
  const auto others_of = [&](Rig& rig) {
    Bytes rows = state_of(rig);
    std::erase_if(rows, [&](const auto& row) {
      if (row.first.front() == '0') return true;  // sets are of all together
      return std::any_of(erased.begin(), erased.end(), [&](const std::string& name) {
        return row.second.find(name) != std::string::npos;
      });
    });
    return rows;
  };
  EXPECT_TRUE(same(others_of(erasing), others_of(other)));
  for (const std::string& name : erased) EXPECT_EQ(traces_of(erasing, name).size(), 0u) << name;
}

TEST_P(ErasureProperty, TheClearedLogGivesTheSameStateAgain) {
  const Events events = shop_of(GetParam());
  Rig rig(options_with(9, true));
  std::mt19937 random(GetParam());
  std::set<std::string> erased;
  for (size_t at = 0; at < events.size(); at += 40) {
    rig.send(
        Events(events.begin() + static_cast<std::ptrdiff_t>(at),
               events.begin() + static_cast<std::ptrdiff_t>(std::min(at + 40, events.size()))));
    if (random() % 4 == 0) {
      const std::string& name = events[random() % std::min(at + 40, events.size())].visitor;
      ASSERT_TRUE(erase(rig, name));  // some come back, and some are erased again
      EXPECT_FALSE(is_known(rig, name));
    }
    if (random() % 5 == 0) rig.clock().advance(hours(2));
    rig.engine().run_until_idle();
    if (random() % 5 == 0) rig.crash();
  }
  const auto not_cleared = state_of(rig);
  rig.clock().advance(hours(2));
  rig.engine().run_until_idle();
  EXPECT_TRUE(same(state_of(rig), not_cleared));
  rig.replay_from_log();
  EXPECT_TRUE(same(state_of(rig), not_cleared));
}

// A write fails and the process dies at a random moment of an erasure, many times over; each time
// the next process goes on with it.
TEST_P(ErasureProperty, KillsAnywhereCostARepetition) {
  const Events events = shop_of(GetParam());
  Rig rig(options_with(9, true));
  std::mt19937 random(GetParam());
  std::set<std::string> erased;
  for (size_t at = 0; at < events.size(); at += 100) {
    Events batch;
    for (size_t i = at; i < std::min(at + 100, events.size()); ++i) {
      if (erased.count(events[i].visitor) == 0) batch.push_back(events[i]);
    }
    rig.send(batch);
    const std::string& name = batch[random() % batch.size()].visitor;
    const Fault faults[] = {Fault::kRefuse, Fault::kCrashBefore, Fault::kCrashAfter};
    rig.faults().fail_at(rig.faults().writes() + 1 + random() % 25, faults[random() % 3]);
    const bool accepted = erase(rig, name).has_value();
    rig.clock().advance(hours(2));
    for (int round = 0; round < 200 && !rig.engine().is_failed(); ++round) rig.engine().step();
    rig.crash();
    if (!accepted) {
      ASSERT_TRUE(erase(rig, name));
    }
    erased.insert(name);
    EXPECT_FALSE(is_known(rig, name)) << name;
  }
  ASSERT_GT(erased.size(), 2u);
  rig.clock().advance(hours(2));
  rig.engine().run_until_idle();
  EXPECT_EQ(rig.engine().erasures().under_way, 0u);
  for (const std::string& name : erased) EXPECT_EQ(traces_of(rig, name).size(), 0u) << name;
  const auto state = state_of(rig);
  rig.replay_from_log();
  EXPECT_TRUE(same(state_of(rig), state));
}

INSTANTIATE_TEST_SUITE_P(Seeds, ErasureProperty, ::testing::Range(1u, 7u));

}  // namespace
}  // namespace rekindle::testing
