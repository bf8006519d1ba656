// An engine in one thread on in-memory stores, for tests: feed it events, cut batches anywhere,
// crash it, look at its feed and its bytes. Nothing sleeps; time is set.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/assert.h"
#include "core/decide_proposal.h"
#include "core/engine.h"
#include "core/event_format.h"
#include "core/query.h"
#include "core/visitor_format.h"
#include "operators/audience/probe.h"
#include "operators/catalog.h"
#include "operators/clv/clv_models.h"
#include "state/memory_log.h"
#include "state/memory_state_store.h"
#include "tests/support/faulty_store.h"

namespace rekindle::testing {

struct TestEvent {
  std::string visitor;
  EventType type = EventType::kPageView;
  EventTime at;
  std::string id;
  int64_t value = kNoMoney;
  std::string order;
  std::string product;
  std::string category;
  int64_t price = kNoMoney;
  uint32_t quantity = 1;
  std::string user;
  std::string campaign;  // its name
  std::string channel;
  std::string consent;  // JSON
  std::string props;    // JSON
  std::string coupon;
  std::string campaign_source;
  std::string campaign_medium;
  std::string decision;
  std::string offer;
};

// One line of the change feed, comparable.
struct FeedLine {
  std::string visitor;
  int64_t at_ms;
  uint16_t audience;
  bool entered;
  ChangeReason reason;
  friend auto operator<=>(const FeedLine&, const FeedLine&) = default;
};

struct RigOptions {
  EngineConfig engine;
  std::vector<AudienceDefinition> audiences;
  Duration retention{0};                                   // of the site
  std::function<std::unique_ptr<Decider>()> make_decider;  // may be empty
  RigOptions() {
    engine.threads = false;
    engine.partitions = 8;
    engine.clock = ClockMode::kEvents;
  }
};

class Rig {
 public:
  explicit Rig(RigOptions options)
      : x_options(std::move(options)),
        x_log(std::make_unique<state::MemoryLog>()),
        x_store(std::make_unique<state::MemoryStateStore>()) {
    Site site;
    site.name = "shop";
    site.currency = Currency::parse("GBP").value();
    site.retention = x_options.retention;
    x_sites = Sites::make({site}).value();
    open();
  }

  void send(const std::vector<TestEvent>& events) { RK_ASSERT(try_send(events)); }

  // Appends events to the parcels and runs the engine until it is idle: one batch cut. False when
  // they were not acknowledged.
  [[nodiscard]] bool try_send(const std::vector<TestEvent>& events) {
    return run(events, [this] { x_engine->run_until_idle(); });
  }
  // The same, but goes on only until they are acknowledged: a redefinition under way stays so.
  [[nodiscard]] bool try_send_beside(const std::vector<TestEvent>& events) {
    return run(events, [this] { x_engine->step(); });
  }

  // Looks at a visitor as a query does; not called when there is none.
  void look(const std::string& visitor, std::function<void(const Visitor&)> at) {
    LookQuery query(key_of(visitor), std::move(at));
    Inbox::Sender sender(x_engine->inbox(x_engine->shard_of(key_of(visitor))));
    RK_ASSERT(sender.send(&query, 0));
    while (!query.replied) x_engine->step();
  }

  // Nothing when it failed: nobody was told of a decision.
  [[nodiscard]] std::optional<Decision> decide(const DecideRequest& request) {
    const auto kind = DecideProposal::kind_of(request, site_id("shop"), x_engine->decider());
    Asked asked(kind, request);
    asked.sender = &x_mailbox;
    Inbox::Sender sender(x_engine->inbox(x_engine->shard_of(key_of(request.visitor))));
    RK_ASSERT(sender.send(&asked, 0));
    while (!asked.replied) {
      x_engine->step();
      Message* message = nullptr;
      while (x_mailbox.take(&message, 1) == 1) message->on_reply();
    }
    if (asked.failed) return std::nullopt;
    return asked.take();
  }

  // The process dies here: what is not in the stores is gone.
  void crash() {
    x_log = x_log->clone();
    x_store = x_store->clone();
    x_plan = std::make_unique<FaultPlan>();
    open();
  }
  // Counts the writes of this engine, and fails or dies at one of them.
  [[nodiscard]] FaultPlan& faults() { return *x_plan; }
  // Starts over from the log alone.
  void replay_from_log() {
    x_log = x_log->clone();
    x_store = std::make_unique<state::MemoryStateStore>();
    open();
  }
  void reopen_with(std::vector<AudienceDefinition> audiences) {
    x_options.audiences = std::move(audiences);
    open();
  }

  [[nodiscard]] std::vector<FeedLine> feed() const {
    std::vector<FeedLine> lines;
    for (uint32_t p = 0; p < x_options.engine.partitions; ++p) {
      const PartitionId partition{static_cast<uint16_t>(p)};
      uint64_t expected = 1;
      const auto changes = x_engine->read_changes(partition, 0, SIZE_MAX).value();
      for (const auto& stored : changes) {
        RK_ASSERT(stored.change.seq == expected++);  // gap-free
        lines.push_back({stored.visitor_name, stored.change.at.ms, to_index(stored.change.audience),
                         stored.change.entered, stored.change.reason});
      }
    }
    // Order between visitors is the order of commit, which depends on the cut; within one it stays.
    std::stable_sort(lines.begin(), lines.end(),
                     [](const auto& a, const auto& b) { return a.visitor < b.visitor; });
    return lines;
  }

  // Every byte of state, after a checkpoint of everything, visitors whole. Log positions are left
  // out unless asked for: how many ticks were logged depends on how batches were cut.
  [[nodiscard]] std::map<std::string, std::string> bytes(bool positions = false) {
    RK_ASSERT(x_engine->checkpoint_now());
    std::map<std::string, std::string> rows;
    for (const Table table : {Table::kVisitors, Table::kNames, Table::kPartitions}) {
      RK_ASSERT(x_store->scan(table, "", "\xff\xff", [&](std::string_view key, auto value) {
        if (table == Table::kPartitions && key[2] == 'c' && !positions) return true;
        rows[std::to_string(static_cast<int>(table)) + std::string(key)] =
            table == Table::kVisitors ? written_whole(value).value() : std::string(value);
        return true;
      }));
    }
    return rows;
  }

  // Views into `test`.
  [[nodiscard]] static Event event_of(const TestEvent& test) {
    Event event;
    event.site = site_id("shop");
    event.visitor = key_of(test.visitor);
    event.visitor_name = test.visitor;
    event.event_id = name_hash(test.id);
    event.type = test.type;
    event.at = test.at;
    event.received_at = as_wall_time(test.at);
    event.value = test.value;
    event.order = test.order;
    event.coupon = test.coupon;
    event.decision = test.decision;
    event.offer = test.offer;
    event.user = test.user;
    event.campaign_source = test.campaign_source;
    event.campaign_medium = test.campaign_medium;
    event.campaign_name = test.campaign;
    event.channel = test.channel;
    event.consent = test.consent;
    event.props = test.props;
    if (!test.product.empty()) {
      Item item;
      item.product = test.product;
      item.category = test.category;
      item.price = test.price;
      item.quantity = test.quantity;
      event.items.push_back(item);
    }
    return event;
  }
  [[nodiscard]] static VisitorKey key_of(const std::string& visitor) {
    return visitor_key(site_id("shop"), visitor);
  }
  [[nodiscard]] Engine& engine() { return *x_engine; }
  [[nodiscard]] state::MemoryLog& log() { return *x_log; }
  [[nodiscard]] state::MemoryStateStore& store() { return *x_store; }
  [[nodiscard]] ManualClock& clock() { return x_clock; }
  [[nodiscard]] uint64_t duplicates() const { return x_duplicates; }

 private:
  class LookQuery final : public Query {
   public:
    LookQuery(VisitorKey key, std::function<void(const Visitor&)> at)
        : x_key(key), x_at(std::move(at)) {}
    void run(QueryScope& scope) override {
      const Visitor* const visitor = scope.visitor(x_key);
      if (visitor != nullptr) x_at(*visitor);
    }
    void on_reply() override { replied = true; }
    bool replied = false;

   private:
    VisitorKey x_key;
    std::function<void(const Visitor&)> x_at;
  };
  class Asked final : public DecideProposal {
   public:
    Asked(Kind kind, const DecideRequest& request)
        : DecideProposal(kind, request, site_id("shop")) {}
    void on_reply() override { replied = true; }
    [[nodiscard]] Decision take() { return std::move(decision()); }
    bool replied = false;
  };
  class SentParcel final : public Parcel {
   public:
    void on_reply() override { replied = true; }
    bool replied = false;
  };

  template <typename Work>
  [[nodiscard]] bool run(const std::vector<TestEvent>& events, Work work) {
    std::vector<std::unique_ptr<SentParcel>> parcels;
    for (size_t i = 0; i < x_engine->shards(); ++i) {
      parcels.push_back(std::make_unique<SentParcel>());
      parcels.back()->sender = &x_mailbox;
    }
    for (const TestEvent& event : events) {
      Parcel& parcel = *parcels[x_engine->shard_of(key_of(event.visitor))];
      RK_ASSERT(append_event(event_of(event), parcel.records));
      ++parcel.events;
    }
    for (size_t i = 0; i < parcels.size(); ++i) {
      Inbox::Sender sender(x_engine->inbox(i));
      RK_ASSERT(sender.send(parcels[i].get(), parcels[i]->cost_bytes()));
    }
    const auto is_waited_for = [](const auto& parcel) { return !parcel->replied; };
    while (std::any_of(parcels.begin(), parcels.end(), is_waited_for)) {
      work();
      Message* message = nullptr;
      while (x_mailbox.take(&message, 1) == 1) message->on_reply();
    }
    bool acknowledged = true;
    for (const auto& parcel : parcels) {
      acknowledged = acknowledged && !parcel->failed;
      x_duplicates += parcel->duplicates;
    }
    return acknowledged;
  }

  void open() {
    x_engine.reset();
    x_faulty_log = std::make_unique<FaultyLog>(*x_log, *x_plan);
    x_faulty_store = std::make_unique<FaultyStateStore>(*x_store, *x_plan);
    EngineParts parts{*x_faulty_log,
                      *x_faulty_store,
                      x_clock,
                      x_sites,
                      [](const Rules& rules) { return operators::make_operators(rules, {}); },
                      x_options.make_decider ? x_options.make_decider() : nullptr,
                      {},
                      {},
                      operators::make_clv_models(),
                      operators::audience::make_probe};
    auto opened = Engine::open(x_options.engine, std::move(parts), x_options.audiences);
    if (!opened) assertion_failed(to_string(opened.error()).c_str(), __FILE__, __LINE__);
    x_engine = std::move(opened.value());
  }

  RigOptions x_options;
  Sites x_sites;
  ManualClock x_clock{WallTime{1'700'000'000'000}};
  std::unique_ptr<state::MemoryLog> x_log;
  std::unique_ptr<state::MemoryStateStore> x_store;
  std::unique_ptr<FaultPlan> x_plan = std::make_unique<FaultPlan>();
  std::unique_ptr<FaultyLog> x_faulty_log;
  std::unique_ptr<FaultyStateStore> x_faulty_store;
  Mailbox x_mailbox;
  std::unique_ptr<Engine> x_engine;
  uint64_t x_duplicates = 0;
};

}  // namespace rekindle::testing
