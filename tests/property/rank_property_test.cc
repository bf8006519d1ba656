// Ranks across partitions and shards: once everything is quiet, memberships are those of a ranking
// counted afresh from the events; a restart anywhere and a replay of the log change nothing.
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <map>
#include <random>

#include "tests/support/random_shop.h"

namespace rekindle::testing {
namespace {

using Bytes = std::map<std::string, std::string>;
using Members = std::map<std::string, std::map<std::string, bool>>;  // by audience, visitor

struct Totals {
  int64_t orders = 0;
  int64_t revenue = 0;
  int64_t newest = INT64_MIN;
};

// One audience and what it says, in the naive form: of (totals, all customers' totals).
struct RankedAudience {
  AudienceDefinition definition;
  bool (*holds)(const Totals&, const std::vector<Totals>&);
};

int64_t count(const std::vector<Totals>& all, auto&& test) {
  return std::count_if(all.begin(), all.end(), test);
}
int64_t size_of(const std::vector<Totals>& all) {
  return static_cast<int64_t>(all.size());
}
int64_t score(int64_t less, const std::vector<Totals>& all) {
  return 1 + 5 * less / size_of(all);
}
int64_t recency(const Totals& own, const std::vector<Totals>& all) {
  return score(count(all, [&](auto& t) { return t.newest < own.newest; }), all);
}
int64_t frequency(const Totals& own, const std::vector<Totals>& all) {
  return score(count(all, [&](auto& t) { return t.orders < own.orders; }), all);
}
int64_t monetary(const Totals& own, const std::vector<Totals>& all) {
  return score(count(all, [&](auto& t) { return t.revenue < own.revenue; }), all);
}

std::vector<RankedAudience> ranked_audiences() {
  return {
      {{"vip", "", "", "top(lifetime.revenue, 5%)"},
       [](auto& own, auto& all) {
         return 100 * count(all, [&](auto& t) { return t.revenue > own.revenue; }) <
                5 * size_of(all);
       }},
      {{"often", "", "", "top(lifetime.orders, 33.3%)"},
       [](auto& own, auto& all) {
         return 1'000 * count(all, [&](auto& t) { return t.orders > own.orders; }) <
                333 * size_of(all);
       }},
      {{"baskets", "", "", "percentile(lifetime.aov) >= 75"},
       [](auto& own, auto& all) {
         return 100 * count(all,
                            [&](auto& t) {
                              return static_cast<__int128>(t.revenue) * own.orders <
                                     static_cast<__int128>(own.revenue) * t.orders;
                            }) >=
                75 * size_of(all);
       }},
      {{"lower_half", "", "", "50 >= percentile(lifetime.revenue)"},
       [](auto& own, auto& all) {
         return 100 * count(all, [&](auto& t) { return t.revenue < own.revenue; }) <=
                50 * size_of(all);
       }},
      {{"least", "", "", "not (percentile(lifetime.orders) > 0)"},
       [](auto& own, auto& all) {
         return count(all, [&](auto& t) { return t.orders < own.orders; }) == 0;
       }},
      {{"best_rfm", "", "", "rfm.recency + rfm.frequency + rfm.monetary >= 11"},
       [](auto& own, auto& all) {
         return recency(own, all) + frequency(own, all) + monetary(own, all) >= 11;
       }},
      {{"sleeping", "", "", "rfm.recency <= 2 and rfm.monetary >= 4"},
       [](auto& own, auto& all) { return recency(own, all) <= 2 && monetary(own, all) >= 4; }},
      {{"chain", "", "", "in(vip) and not in(best_rfm)"},
       [](auto& own, auto& all) {
         return ranked_audiences()[0].holds(own, all) && !ranked_audiences()[5].holds(own, all);
       }},
  };
}

std::vector<AudienceDefinition> definitions() {
  std::vector<AudienceDefinition> all;
  for (const RankedAudience& audience : ranked_audiences()) all.push_back(audience.definition);
  return all;
}

RigOptions options_with(uint32_t shards, uint32_t partitions = 8) {
  RigOptions options;
  options.audiences = definitions();
  options.engine.shards = shards;
  options.engine.partitions = partitions;
  return options;
}

class Shop {
 public:
  Shop(uint32_t seed, size_t visitors) : x_random(seed), x_visitors(visitors) {}

  // Purchases of few different amounts, so that many tie, refunds, and visits in between.
  TestEvent next() {
    x_now = x_now + seconds(static_cast<int64_t>(below(4'000)));
    TestEvent event;
    event.visitor = "v" + std::to_string(below(x_visitors));
    event.at = below(10) == 0 ? x_now - hours(static_cast<int64_t>(below(60))) : x_now;
    event.id = "e" + std::to_string(x_count++);
    const size_t kind = below(10);
    event.type = kind < 5   ? EventType::kPurchase
                 : kind < 7 ? EventType::kRefund
                            : EventType::kViewItem;
    if (kind < 7) event.value = 1'000 * static_cast<int64_t>(1 + below(4));
    if (kind < 5) event.order = event.id;
    Totals& totals = x_totals[event.visitor];
    if (event.type == EventType::kPurchase) {
      ++totals.orders;
      totals.revenue += event.value;
      totals.newest = std::max(totals.newest, event.at.ms);
    }
    if (event.type == EventType::kRefund) totals.revenue -= event.value;
    return event;
  }
  std::vector<TestEvent> some(size_t n) {
    std::vector<TestEvent> events;
    for (size_t i = 0; i < n; ++i) events.push_back(next());
    return events;
  }
  size_t below(size_t n) { return static_cast<size_t>(x_random() % n); }
  [[nodiscard]] EventTime now() const { return x_now; }
  [[nodiscard]] const std::map<std::string, Totals>& totals() const { return x_totals; }
  [[nodiscard]] std::vector<Totals> customers() const {
    std::vector<Totals> customers;
    for (const auto& [name, totals] : x_totals) {
      if (totals.orders > 0) customers.push_back(totals);
    }
    return customers;
  }

  // Who should be in what now.
  [[nodiscard]] Members expected() const {
    const std::vector<Totals> customers = this->customers();
    Members members;
    for (const RankedAudience& audience : ranked_audiences()) {
      for (const auto& [name, totals] : x_totals) {
        const bool ranked = totals.orders > 0;
        const bool inside =
            ranked ? audience.holds(totals, customers) : audience.definition.name == "least";
        if (inside) members[audience.definition.name][name] = true;
      }
    }
    return members;
  }

 private:
  std::mt19937 x_random;
  size_t x_visitors;
  size_t x_count = 0;
  EventTime x_now{1'700'000'000'000};
  std::map<std::string, Totals> x_totals;
};

Members members_of(Rig& rig) {
  Members members;
  for (const FeedLine& line : rig.feed()) {
    auto& inside = members[rig.engine().rules().find(AudienceId{line.audience})->name];
    EXPECT_NE(inside.contains(line.visitor), line.entered) << line.visitor;
    if (line.entered) {
      inside[line.visitor] = true;
    } else {
      inside.erase(line.visitor);
    }
  }
  std::erase_if(members, [](const auto& entry) { return entry.second.empty(); });
  return members;
}

// A file of configs/audiences.
std::vector<AudienceDefinition> ready(const std::string& file) {
  std::vector<AudienceDefinition> audiences;
  const YAML::Node root = YAML::LoadFile(RK_SOURCE_DIR "/configs/audiences/" + file);
  for (const auto& entry : root["audiences"]) {
    audiences.push_back(
        {entry.first.as<std::string>(), "", "", entry.second["when"].as<std::string>()});
  }
  return audiences;
}

// The first difference only.
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

class RankProperty : public ::testing::TestWithParam<uint32_t> {};

TEST_P(RankProperty, QuietMembershipsAreThoseOfARankingCountedAfresh) {
  for (const uint32_t shards : {1u, 2u, 3u, 8u}) {
    Shop shop(GetParam(), 60);
    Rig rig(options_with(shards));
    for (int round = 0; round < 40; ++round) {
      rig.send(shop.some(1 + shop.below(30)));
      ASSERT_EQ(members_of(rig), shop.expected()) << shards << " shards, round " << round;
    }
  }
}

TEST_P(RankProperty, ShopsOfNobodyOneAndThree) {
  for (const size_t visitors : {1u, 2u, 3u, 4u}) {
    Shop shop(GetParam(), visitors);
    Rig rig(options_with(2));
    EXPECT_TRUE(members_of(rig).empty());
    for (int round = 0; round < 30; ++round) {
      rig.send(shop.some(1));
      ASSERT_EQ(members_of(rig), shop.expected()) << visitors << " visitors, round " << round;
    }
  }
}

TEST_P(RankProperty, RestartsAnywhereAndReplaysGiveTheSame) {
  Shop shop(GetParam(), 50);
  RigOptions options = options_with(2, 4);
  options.engine.checkpoint_dirty_visitors = 6;
  options.engine.checkpoint_events = 30;
  Rig rig(options);
  for (int round = 0; round < 40; ++round) {
    rig.send(shop.some(1 + shop.below(20)));
    if (shop.below(3) != 0) continue;
    const auto feed = rig.feed();
    rig.crash();
    rig.engine().run_until_idle();
    ASSERT_EQ(rig.feed(), feed) << "round " << round;  // nothing is said twice
    ASSERT_EQ(members_of(rig), shop.expected());
  }
  const Bytes bytes = rig.bytes(true);
  const auto feed = rig.feed();
  rig.replay_from_log();
  EXPECT_TRUE(same(rig.bytes(true), bytes));
  rig.replay_from_log();
  rig.engine().run_until_idle();
  EXPECT_TRUE(same(rig.bytes(true), bytes));
  EXPECT_EQ(rig.feed(), feed);
  EXPECT_EQ(members_of(rig), shop.expected());
}

// The process dies at a write; what was not acknowledged is sent again.
TEST_P(RankProperty, DyingAtAnyWriteEndsInTheSameMemberships) {
  for (uint64_t die_at = 8; die_at < 60; die_at += 3) {
    Shop shop(GetParam(), 30);
    RigOptions options = options_with(1, 3);
    options.engine.checkpoint_dirty_visitors = 5;
    Rig rig(options);
    rig.faults().fail_at(die_at, Fault::kCrashBefore);
    for (int round = 0; round < 12; ++round) {
      const auto events = shop.some(10);
      while (!rig.try_send(events)) rig.crash();
      if (rig.engine().is_failed()) rig.crash();
    }
    rig.engine().run_until_idle();
    ASSERT_EQ(members_of(rig), shop.expected()) << "died at write " << die_at;
    const Bytes bytes = rig.bytes();
    rig.replay_from_log();
    ASSERT_TRUE(same(rig.bytes(), bytes)) << "died at write " << die_at;
  }
}

TEST_P(RankProperty, ASmallCacheChangesNothing) {
  Shop shop(GetParam(), 80);
  RigOptions options = options_with(2);
  options.engine.checkpoint_dirty_visitors = 4;
  options.engine.cache_bytes_max = 8'000;
  Rig rig(options);
  for (int round = 0; round < 30; ++round) {
    rig.send(shop.some(20));
    ASSERT_EQ(members_of(rig), shop.expected()) << "round " << round;
  }
  EXPECT_GT(rig.engine().counters(0).cold_reads.load(), 50u);
}

// Definitions that rank by something new begin with the customers there are.
TEST_P(RankProperty, NewDefinitionsRankWhoIsThere) {
  Shop shop(GetParam(), 60);
  RigOptions options = options_with(2);
  options.audiences = {definitions()[0]};
  options.engine.checkpoint_dirty_visitors = 6;
  options.engine.cache_bytes_max = 8'000;  // some are in memory, some are not
  Rig rig(options);
  rig.send(shop.some(300));
  rig.reopen_with(definitions());
  rig.engine().run_until_idle();
  EXPECT_EQ(members_of(rig), shop.expected());
  rig.send(shop.some(100));
  EXPECT_EQ(members_of(rig), shop.expected());
  const Bytes bytes = rig.bytes();
  rig.replay_from_log();
  EXPECT_TRUE(same(rig.bytes(), bytes));
}

// The same while it runs: a definition is in force when the customers are ranked by what it asks
// for, not before.
TEST_P(RankProperty, ADefinitionByANewRankSwitchesWithEveryoneInIt) {
  Shop shop(GetParam(), 60);
  RigOptions options = options_with(2);
  options.audiences = {};
  options.engine.checkpoint_dirty_visitors = 6;
  options.engine.cache_bytes_max = 8'000;
  Rig rig(options);
  rig.send(shop.some(300));
  for (const AudienceDefinition& definition : definitions()) {
    ASSERT_TRUE(rig.engine().change_definition({definition, false})) << definition.name;
    rig.engine().run_until_idle();
  }
  EXPECT_TRUE(rig.engine().rules().pending.empty());
  EXPECT_EQ(members_of(rig), shop.expected());
  for (const FeedLine& line : rig.feed()) {
    EXPECT_EQ(line.reason, ChangeReason::kDefinition) << line.visitor << " " << line.audience;
  }
  rig.send(shop.some(100));
  EXPECT_EQ(members_of(rig), shop.expected());
  const Bytes bytes = rig.bytes();
  rig.replay_from_log();
  EXPECT_TRUE(same(rig.bytes(), bytes));
}

// The ready audiences by rank: four quarters that hold exactly one at a time, and the heroes.
TEST_P(RankProperty, ReadyAudiencesByValue) {
  Shop shop(GetParam(), 70);
  RigOptions options;
  options.audiences = ready("value.yaml");
  for (auto& hero : ready("heroes.yaml")) options.audiences.push_back(std::move(hero));
  Rig rig(options);
  for (int round = 0; round < 10; ++round) {
    rig.send(shop.some(40));
    Members expected;
    const std::vector<Totals> all = shop.customers();
    for (const auto& customer : shop.totals()) {
      const std::string& name = customer.first;
      const Totals& own = customer.second;  // clang's lambdas take no structured bindings
      if (own.orders == 0) continue;
      const int64_t less = count(all, [&](auto& t) { return t.revenue < own.revenue; });
      const int64_t more = count(all, [&](auto& t) { return t.revenue > own.revenue; });
      const int64_t smaller = count(all, [&](auto& t) {
        return t.revenue * own.orders < own.revenue * t.orders;  // the amounts are small
      });
      static constexpr const char* kQuarters[] = {"value_small", "value_average", "value_good",
                                                  "value_better"};
      expected[kQuarters[4 * less / size_of(all)]][name] = true;
      const int64_t fewer = count(all, [&](auto& t) { return t.orders < own.orders; });
      if (4 * fewer >= 3 * size_of(all)) expected["value_frequent"][name] = true;
      if (4 * smaller >= 3 * size_of(all)) expected["value_big_baskets"][name] = true;
      if (4 * smaller < size_of(all)) expected["value_small_baskets"][name] = true;
      const bool vip = 20 * more < size_of(all);
      if (vip) expected["heroes_vip"][name] = true;
      if (5 * more < size_of(all) && !vip && recency(own, all) >= 3 && frequency(own, all) >= 3) {
        expected["heroes_top_customers"][name] = true;
      }
    }
    ASSERT_EQ(members_of(rig), expected) << "round " << round;
  }
  ASSERT_TRUE(rig.engine().tick(shop.now() + days(250)));
  Members heroes = members_of(rig);
  EXPECT_GE(heroes["heroes_lapsing"].size(), heroes["heroes_vip"].size());
  for (const auto& [name, inside] : heroes["heroes_vip"]) {
    EXPECT_TRUE(heroes["heroes_lapsing"].contains(name)) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RankProperty, ::testing::Range(1u, 6u));

// One order moves the boundary past a thousand who tie: in slices, each of them a record.
TEST(Rank, ABoundaryThatPassesManyMovesInSlices) {
  RigOptions options;
  options.audiences = {{"best", "", "", "top(lifetime.orders, 50%)"}};
  options.engine.partitions = 2;
  Rig rig(options);
  const EventTime start{1'700'000'000'000};
  const auto order = [&](int visitor, int n) {
    TestEvent event;
    event.visitor = "v" + std::to_string(visitor);
    event.type = EventType::kPurchase;
    event.at = start + seconds(n);
    event.id = event.order = event.visitor + "-" + std::to_string(n);
    event.value = 100;
    return event;
  };
  std::vector<TestEvent> events;
  constexpr int kCustomers = 4'000;
  for (int v = 0; v < kCustomers; ++v) events.push_back(order(v, 1));
  rig.send(events);
  EXPECT_EQ(members_of(rig)["best"].size(), 4'000u);  // all tie
  events.clear();
  for (int v = 0; v < kCustomers / 2 - 1; ++v) events.push_back(order(v, 2));
  rig.send(events);
  EXPECT_EQ(members_of(rig)["best"].size(), 4'000u);  // the second half begins with those who tie
  const uint64_t batches = rig.engine().counters(0).batches;
  rig.send({order(kCustomers / 2, 2)});
  EXPECT_EQ(members_of(rig)["best"].size(), 2'000u);
  EXPECT_GE(rig.engine().counters(0).batches - batches, 2'000 / limits::kRankSliceMax);
  size_t by_rank = 0;
  for (const FeedLine& line : rig.feed()) by_rank += line.reason == ChangeReason::kRank;
  EXPECT_EQ(by_rank, 4'000u + 2'000u);
}

}  // namespace
}  // namespace rekindle::testing
