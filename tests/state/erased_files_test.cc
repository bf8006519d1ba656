// After an erasure no file of a store on disk has the visitor's bytes: table files are read through
// their compression, all others as they are.
#include <gtest/gtest.h>
#include <rocksdb/options.h>
#include <rocksdb/sst_file_reader.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/log_format.h"
#include "state/append_operator.h"
#include "state/rocks_log.h"
#include "state/rocks_state_store.h"
#include "tests/support/plain_decider.h"
#include "tests/support/rig.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/traces.h"

namespace rekindle::state {
namespace {

using testing::patterns_of;
using testing::Rig;
using testing::ScratchDirectory;
using testing::TestEvent;

constexpr EventTime kStart{1'700'000'000'000};
constexpr uint32_t kPartitions = 4;

// A model that is the sessions it learnt, and saves them as they are.
class SessionBook final : public testing::PlainDecider {
 public:
  void learn(const ClosedSession& session) override { x_sessions.push_back(session); }
  size_t forget(const VisitorKey& visitor) override {
    return std::erase_if(x_sessions, [&](const auto& one) { return one.visitor == visitor; });
  }
  void save(std::string& out) const override {
    ByteWriter writer(out);
    for (const ClosedSession& session : x_sessions) append_session(session, writer);
  }
  [[nodiscard]] Result<void> restore(std::string_view bytes) override {
    ByteReader reader(bytes);
    x_sessions.clear();
    while (!reader.at_end()) {
      if (!read_session(reader, x_sessions.emplace_back())) {
        return Error{ErrorCode::kCorruptRecord, {}};
      }
    }
    return {};
  }

 private:
  std::vector<ClosedSession> x_sessions;
};

// A real engine on real stores, in one thread.
class DiskRig {
 public:
  explicit DiskRig(std::string path, Duration retention = Duration{0}) : x_path(std::move(path)) {
    Site site;
    site.name = "shop";
    site.id = site_id("shop");
    site.currency = Currency::parse("GBP").value();
    site.retention = retention;
    x_sites = Sites::make({site}).value();
    open();
  }

  void open() {
    x_engine.reset();
    x_log.reset();
    x_store.reset();
    x_log = RocksLog::open(x_path + "/log").value();
    x_store = RocksStateStore::open(x_path + "/state").value();
    EngineParts parts{*x_log,
                      *x_store,
                      x_clock,
                      x_sites,
                      [](const Rules& rules) { return operators::make_operators(rules, {}); },
                      std::make_unique<SessionBook>(),
                      {},
                      {},
                      operators::make_clv_models(),
                      operators::audience::make_probe};
    EngineConfig config;
    config.threads = false;
    config.partitions = kPartitions;
    config.clock = ClockMode::kEvents;
    x_engine = Engine::open(config, std::move(parts),
                            {{"viewers", "", "", "count(view_item, 30d) >= 1"},
                             {"top", "", "", "top(lifetime.revenue, 50%)"}})
                   .value();
  }

  void send(const std::vector<TestEvent>& events) {
    SentParcel parcel;
    parcel.sender = &x_mailbox;
    for (const TestEvent& event : events) {
      ASSERT_TRUE(append_event(Rig::event_of(event), parcel.records));
      ++parcel.events;
    }
    std::string entry;
    append_quarantine({0,
                       {},
                       "unknown_event_type",
                       "json",
                       "",
                       R"({"visitor":")" + events.front().visitor + R"(","type":"nonsense"})"},
                      entry);
    parcel.quarantine.push_back(entry);
    Inbox::Sender sender(x_engine->inbox(0));
    ASSERT_TRUE(sender.send(&parcel, parcel.cost_bytes()));
    x_engine->run_until_idle();
    Message* message = nullptr;
    ASSERT_EQ(x_mailbox.take(&message, 1), 1u);
    ASSERT_FALSE(parcel.failed);
  }

  [[nodiscard]] Engine& engine() { return *x_engine; }
  [[nodiscard]] RocksLog& log() { return *x_log; }
  [[nodiscard]] RocksStateStore& store() { return *x_store; }
  [[nodiscard]] ManualClock& clock() { return x_clock; }

 private:
  class SentParcel final : public Parcel {
   public:
    void on_reply() override {}
  };
  std::string x_path;
  Sites x_sites;
  ManualClock x_clock{WallTime{kStart.ms}};
  std::unique_ptr<RocksLog> x_log;
  std::unique_ptr<RocksStateStore> x_store;
  Mailbox x_mailbox;
  std::unique_ptr<Engine> x_engine;
};

std::string contents(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (file.extension() != ".sst") return bytes;
  rocksdb::Options options;
  options.merge_operator = std::make_shared<AppendOperator>();
  rocksdb::SstFileReader reader{options};
  EXPECT_TRUE(reader.Open(file.string()).ok());
  const std::unique_ptr<rocksdb::Iterator> row(reader.NewIterator(rocksdb::ReadOptions()));
  for (row->SeekToFirst(); row->Valid(); row->Next()) {
    bytes.append(row->key().ToString()).append(row->value().ToString());
  }
  EXPECT_TRUE(row->status().ok());
  return bytes;
}

std::vector<std::string> files_with(const std::string& directory,
                                    const std::vector<std::string>& patterns) {
  std::vector<std::string> found;
  for (const auto& file : std::filesystem::recursive_directory_iterator(directory)) {
    if (!file.is_regular_file()) continue;
    const std::string bytes = contents(file.path());
    for (const std::string& pattern : patterns) {
      if (bytes.find(pattern) != std::string::npos) found.push_back(file.path().filename());
    }
  }
  return found;
}

std::vector<TestEvent> visits(const std::string& visitor, EventTime start) {
  std::vector<TestEvent> events;
  for (int i = 0; i < 20; ++i) {
    TestEvent event;
    event.visitor = visitor;
    event.type = i % 5 == 4 ? EventType::kPurchase : EventType::kViewItem;
    event.at = start + minutes(i * 7);
    event.id = visitor + std::to_string(i);
    event.product = i % 2 == 0 ? "p1" : "p2";
    event.price = 100;
    event.user = "user-of-" + visitor;
    if (event.type == EventType::kPurchase) event.order = "order-" + event.id;
    events.push_back(event);
  }
  return events;
}

std::string name_of_visitor(int i) {
  return "7f3a9c41" + std::to_string(i * 7'919) + "-visitor-e81b";
}

TEST(ErasedFiles, NoFileHasTheVisitorsBytes) {
  const ScratchDirectory directory;
  DiskRig rig(directory.path());
  for (int i = 0; i < 30; ++i) {
    rig.send(visits(name_of_visitor(i), kStart + hours(i)));
    if (i % 10 == 9) {
      ASSERT_TRUE(rig.engine().checkpoint_now());
      ASSERT_TRUE(rig.store().flush());
      rig.open();  // the write-ahead logs of both are read back
    }
  }
  ASSERT_TRUE(rig.engine().tick(kStart + days(3)));  // all sessions have ended
  rig.engine().run_until_idle();
  ASSERT_TRUE(rig.engine().checkpoint_now());
  const SiteId shop = site_id("shop");
  for (const int i : {0, 12, 29}) {
    ASSERT_FALSE(files_with(directory.path(), patterns_of(shop, name_of_visitor(i))).empty());
    ASSERT_TRUE(rig.engine().erase(
        {"receipt" + std::to_string(i), shop, name_of_visitor(i), "secret", "proof"}));
  }
  rig.clock().advance(hours(2));
  rig.engine().run_until_idle();
  for (const int i : {0, 12, 29}) {
    const auto receipt = rig.engine().erasure("receipt" + std::to_string(i));
    ASSERT_TRUE(receipt);
    EXPECT_EQ(receipt->state, ErasureState::kComplete);
    EXPECT_EQ(receipt->counts.events, 20u);
    EXPECT_EQ(receipt->counts.log_events, 20u);
    EXPECT_GE(receipt->counts.log_changes, 2u);
    EXPECT_GE(receipt->counts.log_sessions, 1u);
    EXPECT_EQ(receipt->counts.learnt_sessions, receipt->counts.log_sessions);
    EXPECT_EQ(receipt->counts.quarantined, 1u);
    EXPECT_EQ(files_with(directory.path(), patterns_of(shop, name_of_visitor(i))),
              std::vector<std::string>());
    EXPECT_EQ(
        testing::traces(rig.log(), rig.store(), kPartitions, patterns_of(shop, name_of_visitor(i))),
        std::vector<std::string>());
  }
  EXPECT_FALSE(files_with(directory.path(), patterns_of(shop, name_of_visitor(1))).empty());
  rig.open();
  EXPECT_EQ(rig.engine().erasure("receipt12")->state, ErasureState::kComplete);
  EXPECT_EQ(files_with(directory.path(), patterns_of(shop, name_of_visitor(12))),
            std::vector<std::string>());
}

TEST(ErasedFiles, TheDiskGetsSmallerWhenVisitorsDoNotComeBack) {
  const ScratchDirectory directory;
  DiskRig rig(directory.path(), days(100));
  constexpr int kVisitors = 400;
  for (int i = 0; i < kVisitors; ++i) rig.send(visits(name_of_visitor(i), kStart));
  ASSERT_TRUE(rig.engine().tick(kStart + days(60)));
  rig.send(visits("who comes back", kStart + days(60)));
  ASSERT_TRUE(rig.engine().checkpoint_now());
  ASSERT_TRUE(rig.store().purge({}));
  const uint64_t before = rig.store().size_bytes();
  rig.clock().advance(hours(25));
  rig.engine().run_until_idle();
  EXPECT_EQ(rig.engine().retired_visitors(), 0u);
  ASSERT_TRUE(rig.engine().tick(kStart + days(101)));
  rig.clock().advance(hours(25));
  rig.engine().run_until_idle();
  EXPECT_EQ(rig.engine().retired_visitors(), static_cast<uint64_t>(kVisitors));
  EXPECT_LT(rig.store().size_bytes(), before / 2);
  for (const int i : {0, 100, kVisitors - 1}) {
    EXPECT_EQ(
        files_with(directory.path() + "/state", patterns_of(site_id("shop"), name_of_visitor(i))),
        std::vector<std::string>());
  }
}

}  // namespace
}  // namespace rekindle::state
