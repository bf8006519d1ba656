// `rekindle verify` on stores where visitors were erased, some cleared and some not yet, by
// processes of which some died.
#include <gtest/gtest.h>

#include <random>

#include "cli/assembly.h"
#include "cli/verify_bytes.h"
#include "tests/support/random_shop.h"
#include "tests/support/scratch_directory.h"

namespace rekindle::cli {
namespace {

using testing::Rig;
using testing::TestEvent;

class SentParcel final : public Parcel {
 public:
  void on_reply() override {}
};

Config config_at(const std::string& directory) {
  Config config;
  config.directory = directory;
  config.engine.partitions = 8;
  config.engine.clock = ClockMode::kEvents;
  config.engine.threads = false;
  config.engine.checkpoint_dirty_visitors = 9;
  config.engine.checkpoint_events = 60;
  SiteConfig site;
  site.site.name = "shop";
  site.site.currency = Currency::parse("GBP").value();
  config.sites.push_back(site);
  return config;
}

// A process: sends some of the events and erases some of the visitors seen until then.
class Life {
 public:
  Life(const Config& config, ManualClock& clock) : x_clock(clock), x_sites(sites_of(config)) {
    x_directory = state::StoreDirectory::open(config.directory, {8, ClockMode::kEvents}).value();
    x_log = state::RocksLog::open(x_directory->log_path()).value();
    x_store = state::RocksStateStore::open(x_directory->state_path()).value();
    auto audiences = testing::shop_audiences();
    audiences.push_back({"top", "", "", "top(lifetime.revenue, 20%)"});
    EngineParts parts{*x_log,
                      *x_store,
                      x_clock,
                      x_sites,
                      make_operators,
                      nullptr,
                      {},
                      {},
                      operators::make_clv_models(),
                      operators::audience::make_probe};
    x_engine = Engine::open(config.engine, std::move(parts), audiences).value();
  }
  void send(std::span<const TestEvent> events) {
    SentParcel parcel;
    parcel.sender = &x_mailbox;
    for (const TestEvent& event : events) {
      ASSERT_TRUE(append_event(Rig::event_of(event), parcel.records));
      ++parcel.events;
    }
    Inbox::Sender sender(x_engine->inbox(0));
    ASSERT_TRUE(sender.send(&parcel, parcel.cost_bytes()));
    x_engine->run_until_idle();
    Message* message = nullptr;
    ASSERT_EQ(x_mailbox.take(&message, 1), 1u);
  }
  [[nodiscard]] Engine& engine() { return *x_engine; }

 private:
  ManualClock& x_clock;
  Sites x_sites;
  std::unique_ptr<state::StoreDirectory> x_directory;
  std::unique_ptr<state::RocksLog> x_log;
  std::unique_ptr<state::RocksStateStore> x_store;
  Mailbox x_mailbox;
  std::unique_ptr<Engine> x_engine;
};

class VerifyErasure : public ::testing::TestWithParam<uint32_t> {};

TEST_P(VerifyErasure, TheStoreIsWhatItsClearedLogSays) {
  const testing::ScratchDirectory directory;
  const Config config = config_at(directory.path());
  const auto events = testing::random_shop({.seed = GetParam(), .events = 1'480, .visitors = 40});
  std::mt19937 random(GetParam());
  ManualClock clock{WallTime{1'700'000'000'000}};
  size_t at = 0;
  uint64_t erased = 0;
  for (int life = 0; life < 4; ++life) {
    Life process(config, clock);
    for (int batch = 0; batch < 10; ++batch, at += 37) {
      process.send(std::span(events).subspan(at, 37));
      if (random() % 2 == 0) {
        ASSERT_TRUE(
            process.engine().erase({"receipt" + std::to_string(++erased), site_id("shop"),
                                    events[random() % (at + 37)].visitor, "secret", "proof"}));
      }
      if (random() % 3 == 0) clock.advance(hours(2));  // those who wait are cleared
      process.engine().run_until_idle();
    }
    const bool dies = life < 3 && random() % 2 == 0;
    if (!dies) {
      ASSERT_TRUE(process.engine().stop());
    }
  }
  ASSERT_GT(erased, 5u);
  const auto verdict = verify_bytes(config);
  ASSERT_TRUE(verdict) << to_string(verdict.error());
  EXPECT_EQ(verdict->differences, 0u);
  EXPECT_GT(verdict->changes, 100u);
  EXPECT_GT(verdict->sessions, 100u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, VerifyErasure, ::testing::Range(1u, 6u));

}  // namespace
}  // namespace rekindle::cli
