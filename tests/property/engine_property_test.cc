// The whole engine against itself: where batches are cut, how many shards there are, what is in
// memory, and where the process dies must not be visible in the feed or in the state.
#include <gtest/gtest.h>

#include "tests/support/random_shop.h"

namespace rekindle::testing {

void PrintTo(const FeedLine& line, std::ostream* out) {
  *out << line.visitor << (line.entered ? " entered " : " left ") << line.audience << " at "
       << line.at_ms;
}

namespace {

using Bytes = std::map<std::string, std::string>;

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

using Events = std::vector<TestEvent>;

RigOptions options_with(uint32_t shards = 1) {
  RigOptions options;
  options.audiences = shop_audiences();
  options.engine.shards = shards;
  return options;
}

// Sends everything, `cut` events at a time (0: random cuts), then lets a year pass.
void drive(Rig& rig, const Events& events, size_t cut, uint32_t seed = 7) {
  std::mt19937 random(seed);
  for (size_t at = 0; at < events.size();) {
    const size_t n = std::min(cut == 0 ? 1 + random() % 200 : cut, events.size() - at);
    rig.send(Events(events.begin() + static_cast<std::ptrdiff_t>(at),
                    events.begin() + static_cast<std::ptrdiff_t>(at + n)));
    at += n;
  }
}

void let_time_pass(Rig& rig, const Events& events) {
  EventTime last = events.front().at;
  for (const TestEvent& event : events) last = std::max(last, event.at);
  ASSERT_TRUE(rig.engine().tick(last + days(400)));
}

class EngineProperty : public ::testing::TestWithParam<uint32_t> {
 protected:
  [[nodiscard]] Events events() const { return random_shop({.seed = GetParam()}); }
};

TEST_P(EngineProperty, AnyBatchCutGivesTheSameFeed) {
  const Events input = events();
  Rig one(options_with());
  drive(one, input, 1);
  let_time_pass(one, input);
  ASSERT_GT(one.feed().size(), 100u);
  for (const size_t cut : {size_t{3}, size_t{64}, size_t{511}, size_t{5'000}, size_t{0}}) {
    Rig other(options_with());
    drive(other, input, cut);
    let_time_pass(other, input);
    EXPECT_EQ(one.feed(), other.feed()) << "cut " << cut;
    EXPECT_EQ(one.duplicates(), other.duplicates());
  }
}

TEST_P(EngineProperty, AnyShardCountGivesTheSameFeedAndState) {
  const Events input = events();
  Rig one(options_with(1));
  drive(one, input, 100);
  for (const uint32_t shards : {2u, 3u, 8u}) {
    Rig other(options_with(shards));
    drive(other, input, 100);
    EXPECT_EQ(one.feed(), other.feed()) << shards << " shards";
    EXPECT_TRUE(same(one.bytes(), other.bytes())) << shards << " shards";
  }
}

TEST_P(EngineProperty, ReplayTwiceGivesIdenticalBytes) {
  const Events input = events();
  Rig live(options_with());
  drive(live, input, 0);
  let_time_pass(live, input);
  const auto feed = live.feed();
  const auto bytes = live.bytes(true);
  live.replay_from_log();
  EXPECT_TRUE(same(live.bytes(true), bytes));
  live.replay_from_log();
  EXPECT_TRUE(same(live.bytes(true), bytes));
  EXPECT_EQ(live.feed(), feed);
}

TEST_P(EngineProperty, CrashesAnywhereChangeNothing) {
  const Events input = events();
  RigOptions options = options_with();
  options.engine.checkpoint_dirty_visitors = 5;  // so that crashes fall around checkpoints
  options.engine.checkpoint_events = 40;
  Rig calm(options);
  drive(calm, input, 50);
  let_time_pass(calm, input);

  Rig shaken(options);
  std::mt19937 random(GetParam());
  for (size_t at = 0; at < input.size(); at += 50) {
    const size_t end = std::min(at + 50, input.size());
    shaken.send(Events(input.begin() + static_cast<std::ptrdiff_t>(at),
                       input.begin() + static_cast<std::ptrdiff_t>(end)));
    if (random() % 3 == 0) shaken.crash();
  }
  let_time_pass(shaken, input);
  shaken.crash();
  EXPECT_EQ(calm.feed(), shaken.feed());
  EXPECT_TRUE(same(calm.bytes(), shaken.bytes()));
}

TEST_P(EngineProperty, SendingEverythingAgainAfterACrashCountsNothingTwice) {
  const Events input = random_shop({.seed = GetParam(), .events = 400, .visitors = 30});
  Rig rig(options_with());
  drive(rig, input, 64);
  const auto feed = rig.feed();
  rig.crash();
  const uint64_t before = rig.duplicates();
  drive(rig, input, 64);
  EXPECT_EQ(rig.duplicates() - before, input.size());
  EXPECT_EQ(rig.feed(), feed);
}

TEST_P(EngineProperty, ASmallCacheGivesTheSameFeedAndState) {
  const Events input = events();
  RigOptions options = options_with();
  options.engine.checkpoint_dirty_visitors = 4;
  Rig roomy(options);
  drive(roomy, input, 20);
  let_time_pass(roomy, input);
  options.engine.cache_bytes_max = 8'000;
  Rig tight(options);
  drive(tight, input, 20);
  let_time_pass(tight, input);
  EXPECT_GT(tight.engine().counters(0).evictions.load(), 50u);
  EXPECT_GT(tight.engine().counters(0).cold_reads.load(), 50u);
  EXPECT_EQ(roomy.feed(), tight.feed());
  EXPECT_TRUE(same(roomy.bytes(), tight.bytes()));
}

TEST_P(EngineProperty, MembersFollowFromTheFeed) {
  const Events input = events();
  Rig rig(options_with());
  drive(rig, input, 0);
  std::map<std::pair<std::string, uint16_t>, bool> inside;
  for (const FeedLine& line : rig.feed()) {
    bool& now_inside = inside[{line.visitor, line.audience}];
    EXPECT_NE(now_inside, line.entered) << line.visitor << " at " << line.at_ms;
    now_inside = line.entered;
  }
}

// Of every audience over all partitions, from the stored member sets.
std::map<uint16_t, SetChecksum> checksums_of(Rig& rig) {
  std::map<uint16_t, SetChecksum> checksums;
  for (const auto& [row, value] : rig.bytes()) {
    const std::string_view key = std::string_view(row).substr(1);  // after the table's digit
    if (row.front() != '0' || key[2] != 'm') continue;
    checksums[read_big_endian<uint16_t>(key.data() + 3)].join(
        {read_big_endian<uint64_t>(value.data()), read_big_endian<uint64_t>(value.data() + 8)});
  }
  return checksums;
}

TEST_P(EngineProperty, ChecksumsFollowFromTheFeed) {
  const Events input = events();
  RigOptions options = options_with();
  options.engine.checkpoint_dirty_visitors = 10;
  Rig rig(options);
  drive(rig, input, 25);
  rig.crash();
  std::map<uint16_t, SetChecksum> expected;
  for (const FeedLine& line : rig.feed()) {
    expected[line.audience].toggle(Rig::key_of(line.visitor));  // entered and left in turn
  }
  EXPECT_GT(expected.size(), 3u);
  EXPECT_EQ(checksums_of(rig), expected);
  rig.replay_from_log();
  EXPECT_EQ(checksums_of(rig), expected);
}

TEST_P(EngineProperty, NewDefinitionsReachEveryVisitorAndSurviveACrash) {
  const Events input = events();
  auto audiences = shop_audiences();
  RigOptions options = options_with();
  options.audiences = {audiences.begin(), audiences.begin() + 5};
  options.engine.checkpoint_dirty_visitors = 10;
  Rig rig(options);
  drive(rig, input, 100);
  audiences[1].when = "count(any, 24h) >= 2";
  audiences.erase(audiences.begin());
  rig.reopen_with(audiences);
  const auto feed = rig.feed();
  const auto bytes = rig.bytes();
  rig.crash();
  EXPECT_EQ(rig.feed(), feed);
  EXPECT_TRUE(same(rig.bytes(), bytes));
  rig.replay_from_log();
  EXPECT_TRUE(same(rig.bytes(), bytes));
  // A fresh engine that knew the definitions from the start agrees on who is inside now.
  Rig fresh([&] {
    RigOptions other;
    other.audiences = audiences;
    return other;
  }());
  drive(fresh, input, 100);
  const auto members = [](const Rig& from, const Rules& rules) {
    std::map<std::string, std::vector<std::string>> result;
    for (const FeedLine& line : from.feed()) {
      const AudienceRule* rule = rules.find(AudienceId{line.audience});
      if (rule == nullptr) continue;
      auto& names = result[rule->name];
      if (line.entered) {
        names.push_back(line.visitor);
      } else {
        std::erase(names, line.visitor);
      }
    }
    std::erase_if(result, [](const auto& entry) { return entry.second.empty(); });
    return result;
  };
  EXPECT_EQ(members(rig, rig.engine().rules()), members(fresh, fresh.engine().rules()));
}

INSTANTIATE_TEST_SUITE_P(Seeds, EngineProperty, ::testing::Range(1u, 9u));

}  // namespace
}  // namespace rekindle::testing
