// Lifetime value in the engine: fits find their way through the log into every partition, time
// alone moves memberships at the customers' own steps, restarts and replays change nothing.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>
#include <set>

#include "core/log_format.h"
#include "operators/clv/clv_model_format.h"
#include "tests/support/random_shop.h"

namespace rekindle::testing {
namespace {

using operators::ClvModel;
using operators::PurchaseHistory;

constexpr EventTime kStart{1'700'000'000'000};

RigOptions options_with(uint32_t shards) {
  RigOptions options;
  options.audiences = {
      {"worth", "", "", "clv(365d) >= 60"},
      {"fading", "", "", "p_alive < 0.7"},
      {"scored", "", "", "clv(30d) >= 0"},
  };
  options.engine.shards = shards;
  return options;
}

// Customers who order at rates of their own for a time of their own.
class Shop {
 public:
  explicit Shop(uint32_t seed) : x_random(seed) {}

  void add_customers(size_t count, EventTime from, Duration over) {
    for (size_t i = 0; i < count; ++i) {
      const std::string name = "v" + std::to_string(x_customers++);
      EventTime at =
          from + milliseconds(static_cast<int64_t>(uniform() * static_cast<double>(over.ms)));
      const double days_between = 5 + 60 * uniform();
      const double worth = 1'000 + 9'000 * uniform();
      do {
        TestEvent event;
        event.visitor = name;
        event.type = EventType::kPurchase;
        event.at = at;
        event.id = event.order = "o" + std::to_string(x_orders++);
        event.value = static_cast<int64_t>(worth * (0.5 + uniform()));
        x_planned.emplace(at, event);
        const double wait = -std::log(1 - uniform()) * days_between;
        at = at + milliseconds(static_cast<int64_t>(wait * static_cast<double>(days(1).ms)));
      } while (uniform() > 0.25 && at < from + over);
    }
  }
  // Those planned until then, in order of time.
  std::vector<TestEvent> until(EventTime end) {
    std::vector<TestEvent> events;
    while (!x_planned.empty() && x_planned.begin()->first < end) {
      const TestEvent event = x_planned.extract(x_planned.begin()).mapped();
      PurchaseHistory& history = x_histories[event.visitor];
      ++history.orders;
      history.revenue += event.value;
      history.first_at = std::min(history.first_at, event.at);
      history.last_at = std::max(history.last_at, event.at);
      events.push_back(event);
    }
    return events;
  }
  [[nodiscard]] const std::map<std::string, PurchaseHistory>& histories() const {
    return x_histories;
  }

 private:
  double uniform() { return std::uniform_real_distribution<>(0, 1)(x_random); }

  std::mt19937 x_random;
  size_t x_customers = 0;
  size_t x_orders = 0;
  std::multimap<EventTime, TestEvent> x_planned;
  std::map<std::string, PurchaseHistory> x_histories;
};

// The models in the log, in the order of each partition.
std::map<uint16_t, std::vector<std::string>> models_in(Rig& rig) {
  std::map<uint16_t, std::vector<std::string>> models;
  std::vector<LogPosition> after;
  for (uint16_t p = 0; p < rig.engine().partitions(); ++p) after.push_back({PartitionId{p}, 0});
  EXPECT_TRUE(rig.log().read_events(after, [&](PartitionId id, uint64_t, std::string_view record) {
    std::string_view content;
    if (read_record_header(record, content)->kind != RecordKind::kInsights) return true;
    for (const SiteInsights& site : *decode_insights(content)) {
      if (!site.model.empty()) models[to_index(id)].push_back(site.model);
    }
    return true;
  }));
  return models;
}

using Members = std::map<std::string, std::set<std::string>>;

Members members_of(Rig& rig) {
  Members members;
  for (const FeedLine& line : rig.feed()) {
    auto& inside = members[rig.engine().rules().find(AudienceId{line.audience})->name];
    if (line.entered) {
      EXPECT_TRUE(inside.insert(line.visitor).second);
    } else {
      EXPECT_EQ(inside.erase(line.visitor), 1u);
    }
  }
  std::erase_if(members, [](const auto& entry) { return entry.second.empty(); });
  return members;
}

Members expected_at(EventTime now, const ClvModel& model, const Shop& shop) {
  Members members;
  for (const auto& [name, history] : shop.histories()) {
    int64_t whole_days = (now - history.last_at).ms / days(1).ms;
    if (whole_days >= 28) whole_days = whole_days / 7 * 7;
    const EventTime at = history.last_at + days(whole_days);
    if (model.clv(history, at, days(365)) >= 6'000) members["worth"].insert(name);
    if (std::round(model.p_alive(history, at) * 1e6) < 700'000) members["fading"].insert(name);
    members["scored"].insert(name);
  }
  return members;
}

class ClvProperty : public ::testing::TestWithParam<uint32_t> {};

TEST_P(ClvProperty, MembershipsAreThoseOfTheNewestFitAWeekAfterIt) {
  Shop shop(GetParam());
  shop.add_customers(300, kStart, days(300));
  Rig rig(options_with(GetParam() % 3 + 1));
  for (int month = 1; month <= 10; ++month) rig.send(shop.until(kStart + days(30 * month)));
  const auto models = models_in(rig);
  ASSERT_EQ(models.size(), rig.engine().partitions());
  const std::string newest = models.at(0).back();
  for (const auto& [partition, history] : models) EXPECT_EQ(history.back(), newest);
  EXPECT_GE(models.at(0).size(), 3u);  // fitted again and again
  const ClvModel model = *operators::decode_clv_model(newest);

  const EventTime end = kStart + days(300);
  for (const Duration later : {days(7), days(8) + hours(5), days(40), days(200)}) {
    ASSERT_TRUE(rig.engine().tick(end + later));
    rig.engine().run_until_idle();
    const Members expected = expected_at(end + later, model, shop);
    ASSERT_EQ(members_of(rig), expected) << later.ms / days(1).ms << " days later";
    EXPECT_GT(expected.at("fading").size(), 10u);
  }
  EXPECT_EQ(models_in(rig), models);  // time alone fits nothing
}

TEST_P(ClvProperty, RestartsAndReplaysChangeNothing) {
  Shop shop(GetParam());
  shop.add_customers(200, kStart, days(200));
  RigOptions options = options_with(2);
  options.engine.checkpoint_dirty_visitors = 10;
  Rig rig(options);
  for (int month = 1; month <= 7; ++month) {
    rig.send(shop.until(kStart + days(30 * month)));
    const auto feed = rig.feed();
    const auto models = models_in(rig);
    rig.crash();
    rig.engine().run_until_idle();
    ASSERT_EQ(rig.feed(), feed) << month;
    ASSERT_EQ(models_in(rig), models) << month;  // the fit in force is taken over
  }
  const auto bytes = rig.bytes(true);
  rig.replay_from_log();
  EXPECT_TRUE(rig.bytes(true) == bytes);
}

TEST_P(ClvProperty, TooFewCustomersHaveNoScoresUntilThereAreEnough) {
  Shop shop(GetParam());
  shop.add_customers(60, kStart, days(20));
  Rig rig(options_with(1));
  rig.send(shop.until(kStart + days(20)));
  ASSERT_TRUE(rig.engine().tick(kStart + days(30)));
  rig.engine().run_until_idle();
  EXPECT_TRUE(rig.feed().empty());
  shop.add_customers(200, kStart + days(30), days(30));
  rig.send(shop.until(kStart + days(60)));
  ASSERT_FALSE(models_in(rig).empty());
  ASSERT_TRUE(rig.engine().tick(kStart + days(61)));
  EXPECT_EQ(members_of(rig)["scored"].size(), shop.histories().size());
}

INSTANTIATE_TEST_SUITE_P(Seeds, ClvProperty, ::testing::Range(1u, 4u));

}  // namespace
}  // namespace rekindle::testing
