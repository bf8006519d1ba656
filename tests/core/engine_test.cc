// The engine's promises that need no random streams: time on the wall clock, failing writes,
// threads.
#include "core/engine.h"

#include <gtest/gtest.h>

#include <array>
#include <thread>

#include "tests/support/random_shop.h"

namespace rekindle::testing {
namespace {

RigOptions wall(std::vector<AudienceDefinition> audiences) {
  RigOptions options;
  options.audiences = std::move(audiences);
  options.engine.clock = ClockMode::kWall;
  return options;
}

TestEvent view(const std::string& visitor, EventTime at) {
  TestEvent event;
  event.visitor = visitor;
  event.type = EventType::kViewItem;
  event.at = at;
  event.id = visitor + std::to_string(at.ms);
  return event;
}

TEST(Engine, VisitorsLeaveByTimeAloneAtTheExactInstant) {
  Rig rig(wall({{"fresh", "", "", "did(view_item, 10m)"}}));
  const EventTime start = as_event_time(rig.clock().now());
  rig.send({view("ann", start - seconds(100))});
  ASSERT_EQ(rig.feed().size(), 1u);
  rig.clock().advance(minutes(10) + milliseconds(-100'001));
  rig.engine().run_until_idle();
  EXPECT_EQ(rig.feed().size(), 1u);  // 1 ms too early
  rig.clock().advance(seconds(7));   // and nobody sends anything
  rig.engine().run_until_idle();
  ASSERT_EQ(rig.feed().size(), 2u);
  const FeedLine left = rig.feed().back();
  EXPECT_FALSE(left.entered);
  EXPECT_EQ(left.reason, ChangeReason::kDeadline);
  EXPECT_EQ(left.at_ms, (start - seconds(100) + minutes(10)).ms);
}

TEST(Engine, AHerdLeavesInSlicesAndAtOneInstant) {
  Rig rig(wall({{"fresh", "", "", "did(view_item, 1h)"}}));
  const EventTime start = as_event_time(rig.clock().now());
  std::vector<TestEvent> herd;
  for (int n = 0; n < 3'000; ++n) herd.push_back(view("v" + std::to_string(n), start));
  rig.send(herd);
  rig.clock().advance(hours(2));
  const uint64_t before = rig.engine().counters(0).batches;
  rig.engine().run_until_idle();
  const uint64_t rounds = rig.engine().counters(0).batches - before;
  EXPECT_GE(rounds, 2 * 3'000 / limits::kFiresPerBatchMax);  // sessions ended too: 2 fires each
  size_t left = 0;
  for (const FeedLine& line : rig.feed()) {
    if (line.entered) continue;
    ++left;
    EXPECT_EQ(line.at_ms, (start + hours(1)).ms);
  }
  EXPECT_EQ(left, 3'000u);
}

TEST(Engine, DeadlinesBeyondTheHorizonSurviveARestart) {
  Rig rig(wall({{"month", "", "", "did(view_item, 30d)"}}));
  const EventTime start = as_event_time(rig.clock().now());
  rig.send({view("ann", start), view("bob", start + seconds(1))});
  ASSERT_TRUE(rig.engine().checkpoint_now());
  rig.crash();
  rig.clock().advance(days(30));
  rig.engine().run_until_idle();
  ASSERT_EQ(rig.feed().size(), 3u);
  EXPECT_EQ(rig.feed()[1].at_ms, (start + days(30)).ms);
}

TEST(Engine, ARefusedWriteStopsAcknowledgingAndARestartRecovers) {
  Rig rig(wall({{"fresh", "", "", "did(view_item, 10m)"}}));
  const EventTime start = as_event_time(rig.clock().now());
  rig.send({view("ann", start)});
  rig.faults().fail_at(rig.faults().writes() + 1, Fault::kRefuse);
  EXPECT_FALSE(rig.try_send({view("bob", start)}));
  EXPECT_TRUE(rig.engine().is_failed());
  EXPECT_FALSE(rig.try_send({view("cid", start)}));  // the disk would take it, memory is not true
  EXPECT_FALSE(rig.engine().stop());
  rig.crash();
  EXPECT_FALSE(rig.engine().is_failed());
  rig.send({view("bob", start)});
  EXPECT_EQ(rig.feed().size(), 2u);  // ann and bob; cid was never taken
}

// Or the log could never let go of what a quiet partition has in it.
TEST(Engine, AQuietPartitionIsCheckpointedAfterAWhile) {
  Rig rig(wall({}));
  rig.send({view("ann", as_event_time(rig.clock().now()))});
  EXPECT_EQ(rig.engine().counters(0).checkpoints, 0u);
  rig.clock().advance(minutes(9));
  rig.engine().run_until_idle();
  EXPECT_EQ(rig.engine().counters(0).checkpoints, 0u);
  rig.clock().advance(minutes(2));
  rig.engine().run_until_idle();
  EXPECT_EQ(rig.engine().counters(0).checkpoints, 1u);
  rig.clock().advance(minutes(45));
  rig.engine().run_until_idle();
  EXPECT_EQ(rig.engine().counters(0).checkpoints, 2u);  // the session has ended
  rig.clock().advance(hours(10));
  rig.engine().run_until_idle();
  EXPECT_EQ(rig.engine().counters(0).checkpoints, 2u);  // nothing has changed since
}

// Visitors that cannot be evicted, because they are not saved, are saved early.
TEST(Engine, MemoryOverItsBudgetIsSavedAndFreed) {
  RigOptions options = wall({});
  options.engine.cache_bytes_max = 20'000;
  options.engine.checkpoint_dirty_visitors = 1'000'000;
  options.engine.checkpoint_events = 1'000'000;
  Rig rig(std::move(options));
  for (int i = 0; i < 200; ++i) {
    rig.send({view("v" + std::to_string(i), as_event_time(rig.clock().now()))});
  }
  EXPECT_GT(rig.engine().counters(0).evictions, 50u);
  EXPECT_LT(rig.engine().counters(0).cache_bytes, 40'000);
}

TEST(Engine, ADifferentPartitionCountIsRefused) {
  state::MemoryLog log;
  state::MemoryStateStore store;
  SystemClock clock;
  Site site;
  site.name = "shop";
  site.currency = Currency::parse("EUR").value();
  const Sites sites = Sites::make({site}).value();
  const auto open = [&](uint32_t partitions) {
    EngineConfig config;
    config.partitions = partitions;
    config.threads = false;
    EngineParts parts{log,
                      store,
                      clock,
                      sites,
                      [](const Rules& rules) { return operators::make_operators(rules, {}); },
                      nullptr,
                      {},
                      {}};
    return Engine::open(config, std::move(parts), {});
  };
  ASSERT_TRUE(open(8));
  const auto other = open(16);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::kInvalidConfiguration);
}

TEST(Engine, AVisitorWhoseKeyIsTakenIsRefusedNotMerged) {
  Rig rig(wall({}));
  const EventTime start = as_event_time(rig.clock().now());
  rig.send({view("ann", start)});
  // The same key under another name, as a collision would give it.
  Event event;
  event.site = site_id("shop");
  event.visitor = Rig::key_of("ann");
  event.visitor_name = "bob";
  event.type = EventType::kPurchase;
  event.at = start;
  class Collider final : public Parcel {
   public:
    void on_reply() override {}
  } parcel;
  Mailbox mailbox;
  parcel.sender = &mailbox;
  ASSERT_TRUE(append_event(event, parcel.records));
  parcel.events = 1;
  Inbox::Sender sender(rig.engine().inbox(0));
  ASSERT_TRUE(sender.send(&parcel, parcel.cost_bytes()));
  rig.engine().run_until_idle();
  EXPECT_EQ(parcel.collisions, 1u);
  const auto quarantined = rig.log().read_quarantine(0, 10).value();
  ASSERT_EQ(quarantined.size(), 1u);
  EXPECT_EQ(quarantined[0].reason, "visitor_collision");
}

// Real threads, several senders, several shards: what TSan looks at.
TEST(Engine, ThreadsCountEveryEventOnce) {
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
  config.checkpoint_dirty_visitors = 50;
  config.checkpoint_events = 200;
  config.cache_bytes_max = 200'000;
  EngineParts parts{log,
                    store,
                    clock,
                    sites,
                    [](const Rules& rules) { return operators::make_operators(rules, {}); },
                    nullptr,
                    {},
                    {}};
  constexpr size_t kSenders = 3;
  std::array<Mailbox, kSenders> mailboxes;  // outlive the shards, which ring after the last reply
  auto engine = Engine::open(config, std::move(parts), shop_audiences()).value();
  constexpr int kFrames = 60;
  constexpr int kEvents = 20;
  class Frame final : public Parcel {
   public:
    void on_reply() override {}
  };
  std::vector<std::thread> threads;
  for (size_t t = 0; t < kSenders; ++t) {
    threads.emplace_back([&, t] {
      Mailbox& mailbox = mailboxes[t];
      std::vector<Inbox::Sender> senders;
      senders.reserve(engine->shards());
      for (size_t i = 0; i < engine->shards(); ++i) senders.emplace_back(engine->inbox(i));
      for (int f = 0; f < kFrames; ++f) {
        std::vector<Frame> frames(engine->shards());
        for (int e = 0; e < kEvents; ++e) {
          const std::string name = "v" + std::to_string((f * kEvents + e) % 300);
          Event event;
          event.site = site_id("shop");
          event.visitor = Rig::key_of(name);
          event.visitor_name = name;
          event.event_id =
              name_hash(std::to_string(static_cast<int>(t) * 1'000'000 + f * 1'000 + e));
          event.type = EventType::kViewItem;
          event.at = as_event_time(clock.now());
          Frame& frame = frames[engine->shard_of(event.visitor)];
          ASSERT_TRUE(append_event(event, frame.records));
          ++frame.events;
        }
        for (size_t i = 0; i < frames.size(); ++i) {
          frames[i].sender = &mailbox;
          ASSERT_TRUE(senders[i].send(&frames[i], frames[i].cost_bytes()));
        }
        for (size_t replied = 0; replied < frames.size();) {
          Message* message = nullptr;
          mailbox.bell().announce_sleep();
          if (mailbox.take(&message, 1) == 1) {
            mailbox.bell().cancel_sleep();
            ++replied;
          } else {
            mailbox.bell().wait(-1);
          }
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  ASSERT_TRUE(engine->stop());
  uint64_t events = 0;
  for (size_t i = 0; i < engine->shards(); ++i) events += engine->counters(i).events;
  EXPECT_EQ(events, static_cast<uint64_t>(kSenders * kFrames * kEvents));
}

}  // namespace
}  // namespace rekindle::testing
