// Ranks with real threads: shards and the customers' thread reach the same end by themselves.
#include "core/customer_thread.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <set>

#include "tests/support/rig.h"

namespace rekindle::testing {
namespace {

constexpr int kCustomers = 400;

// Who is inside the one audience, as the feed has it.
class Follower {
 public:
  void take(const CommittedChanges& committed) {
    const std::lock_guard lock(x_mutex);
    ByteReader reader(committed.changes);
    while (!reader.at_end()) {
      Change change;
      ASSERT_TRUE(read_change(reader, change));
      if (change.entered) {
        x_inside.emplace(change.visitor_name);
      } else {
        x_inside.erase(std::string(change.visitor_name));
      }
    }
    x_changed.notify_all();
  }
  void wait_for(const std::set<std::string>& expected) {
    std::unique_lock lock(x_mutex);
    x_changed.wait(lock, [&] { return x_inside == expected; });
  }

 private:
  std::mutex x_mutex;
  std::condition_variable x_changed;
  std::set<std::string> x_inside;
};

class OneOrder final : public Parcel {
 public:
  OneOrder(int customer, int64_t worth, int nth, EventTime at, Mailbox& mailbox) {
    const std::string name = "v" + std::to_string(customer);
    Event event;
    event.site = site_id("shop");
    event.visitor = Rig::key_of(name);
    event.visitor_name = name;
    event.event_id = name_hash(name + "-" + std::to_string(nth));
    event.type = EventType::kPurchase;
    event.at = at;
    event.value = worth;
    RK_ASSERT(append_event(event, records));
    events = 1;
    key = event.visitor;
    sender = &mailbox;
  }
  void on_reply() override {}
  VisitorKey key;
};

std::set<std::string> customers(int from, int to) {
  std::set<std::string> names;
  for (int c = from; c < to; ++c) names.insert("v" + std::to_string(c));
  return names;
}

TEST(CustomerThread, BringsBoundariesToEveryShardByItself) {
  state::MemoryLog log;
  state::MemoryStateStore store;
  SystemClock clock;
  Site site;
  site.name = "shop";
  site.currency = Currency::parse("EUR").value();
  const Sites sites = Sites::make({site}).value();
  EngineConfig config;
  config.partitions = 8;
  config.shards = 2;
  EngineParts parts{log,
                    store,
                    clock,
                    sites,
                    [](const Rules& rules) { return operators::make_operators(rules, {}); },
                    nullptr,
                    {},
                    {}};
  // These outlive the shards, which ring and tell after the last reply too.
  Mailbox mailbox;
  std::vector<std::unique_ptr<OneOrder>> orders;
  Follower follower;
  auto engine =
      Engine::open(config, std::move(parts), {{"best", "", "", "top(lifetime.revenue, 10%)"}})
          .value();
  engine->listen([&](const CommittedChanges& changes) { follower.take(changes); });
  std::vector<std::unique_ptr<Inbox::Sender>> senders;
  for (size_t i = 0; i < engine->shards(); ++i) {
    senders.push_back(std::make_unique<Inbox::Sender>(engine->inbox(i)));
  }
  const auto send = [&](int customer, int64_t worth, int nth) {
    orders.push_back(
        std::make_unique<OneOrder>(customer, worth, nth, as_event_time(clock.now()), mailbox));
    OneOrder& order = *orders.back();
    ASSERT_TRUE(senders[engine->shard_of(order.key)]->send(&order, order.cost_bytes()));
  };
  for (int c = 0; c < kCustomers; ++c) send(c, 100 + c, 1);
  follower.wait_for(customers(kCustomers - 40, kCustomers));
  // The forty who had least spend most: the others leave though they did nothing.
  for (int c = 0; c < 40; ++c) send(c, 1'000, 2);
  follower.wait_for(customers(0, 40));
  EXPECT_GE(engine->customer_counters().changes.load(), 440u);
  EXPECT_GE(engine->customer_counters().publications.load(), 2u);
  EXPECT_TRUE(engine->stop());
}

// Over the bound the one who brings more does the work, so what waits stays bounded.
TEST(CustomerThread, CountsOnTheCallersThreadWhenTooMuchWaits) {
  SystemClock clock;
  const std::atomic<ClockMode> mode{ClockMode::kEvents};
  CustomerThread customers(1, clock, mode, nullptr);
  CustomerNeeds needs;
  needs.add({RankMetric::kOrders, RankCut::Kind::kTop, kRankShareOne / 2});
  customers.want(needs);
  std::vector<CustomerChange> changes;
  Lifetime one;
  one.orders = 1;
  for (size_t i = 0; i <= limits::kCustomerChangesMax; ++i) {
    changes.push_back({SiteId{1}, view_of(RankMetric::kOrders), {}, {}, one});
  }
  ASSERT_TRUE(customers.offer(changes));
  EXPECT_TRUE(changes.empty());
  EXPECT_EQ(customers.counters().changes.load(), limits::kCustomerChangesMax + 1);
  EXPECT_EQ(customers.version(), 0u);  // counted, not published: not all partitions are in
  EXPECT_FALSE(customers.catch_up());
  customers.complete(view_of(RankMetric::kOrders));
  EXPECT_TRUE(customers.catch_up());
  CustomerTargets targets;
  ASSERT_TRUE(customers.read(targets));
  ASSERT_EQ(targets.cuts.size(), 1u);
  EXPECT_EQ(targets.cuts[0].position, RankPosition::at({1, 1}));
  EXPECT_FALSE(customers.catch_up());  // nothing new
}

}  // namespace
}  // namespace rekindle::testing
