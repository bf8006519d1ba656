// That a shard is told to take no events while the state store slows its writers down.
#include "core/checkpointer.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "core/identity_thread.h"
#include "state/memory_log.h"
#include "state/memory_state_store.h"

namespace rekindle {
namespace {

// A store that takes nothing until it is opened, and says of itself what it is told to.
class SlowStore final : public StateStore {
 public:
  Result<void> write(const StateBatch& batch) override {
    std::unique_lock lock(x_mutex);
    x_opened.wait(lock, [this] { return x_is_open; });
    return x_inner.write(batch);
  }
  Result<void> multi_get(Table table, std::span<const std::string_view> keys,
                         absl::FunctionRef<void(size_t, std::string_view)> visit) override {
    return x_inner.multi_get(table, keys, visit);
  }
  Result<void> scan(Table table, std::string_view begin, std::string_view end,
                    RowVisitor visit) override {
    return x_inner.scan(table, begin, end, visit);
  }
  Result<void> flush() override { return x_inner.flush(); }
  Result<void> purge(std::span<const TableRange> ranges) override { return x_inner.purge(ranges); }
  uint64_t size_bytes() const override { return x_inner.size_bytes(); }
  bool is_stalling() const override { return stalling; }

  void open() {
    {
      const std::lock_guard lock(x_mutex);
      x_is_open = true;
    }
    x_opened.notify_all();
  }
  bool stalling = false;  // asked on the test's thread only

 private:
  state::MemoryStateStore x_inner;
  std::mutex x_mutex;
  std::condition_variable x_opened;
  bool x_is_open = false;
};

struct Rig {
  static constexpr size_t kPartitions = 8;
  Rig() {
    config.partitions = kPartitions;
    for (uint16_t id = 0; id < kPartitions; ++id) {
      partitions.push_back(std::make_unique<Partition>(
          PartitionId{id}, Partition::Environment{store, sites, counters, nullptr}));
    }
  }
  ~Rig() { store.open(); }  // whoever waits there
  // Has `count` partitions checkpointed, as far as the store lets them.
  void want(size_t count) {
    for (size_t i = 0; i < count; ++i) checkpointer.want(i);
    for (size_t step = 0; step < 4 * count; ++step) {
      ASSERT_TRUE(checkpointer.step().has_value());
    }
  }

  EngineConfig config;
  state::MemoryLog log;
  SlowStore store;
  ManualClock clock{WallTime{1'700'000'000'000}};
  Sites sites;
  ShardCounters counters;
  Doorbell bell;
  IdentityThread identity{log, store, clock, {}, kPartitions, {}};
  BackgroundWriter writer{log, store, true, {}};
  std::vector<std::unique_ptr<Partition>> partitions;
  Checkpointer checkpointer{{config, log, store, clock, writer, counters, bell, nullptr, identity,
                             config.cache_bytes_max},
                            partitions};
};

TEST(Checkpointer, TakesNoEventsWhileItIsBehindAndTheStoreSlowsItDown) {
  Rig rig;
  rig.store.stalling = true;
  rig.want(3);
  EXPECT_FALSE(rig.checkpointer.is_behind());
  EXPECT_FALSE(rig.checkpointer.is_full());  // what waits is not much yet
  rig.want(5);
  EXPECT_TRUE(rig.checkpointer.is_behind());
  EXPECT_TRUE(rig.checkpointer.is_full());
  rig.store.open();
  ASSERT_TRUE(rig.checkpointer.finish_all().has_value());
  ASSERT_TRUE(rig.checkpointer.step().has_value());
  EXPECT_FALSE(rig.checkpointer.is_full());  // though the store is still slow
}

TEST(Checkpointer, GoesOnWhenItIsBehindAStoreThatIsOnlyBusy) {
  Rig rig;
  rig.want(5);
  EXPECT_TRUE(rig.checkpointer.is_behind());
  EXPECT_FALSE(rig.checkpointer.is_full());
  rig.store.stalling = true;
  ASSERT_TRUE(rig.checkpointer.step().has_value());
  EXPECT_TRUE(rig.checkpointer.is_full());
  rig.store.stalling = false;
  ASSERT_TRUE(rig.checkpointer.step().has_value());
  EXPECT_FALSE(rig.checkpointer.is_full());
  rig.store.open();
}

}  // namespace
}  // namespace rekindle
