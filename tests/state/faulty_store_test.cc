#include "tests/support/faulty_store.h"

#include <gtest/gtest.h>

#include "state/memory_log.h"
#include "state/memory_state_store.h"

namespace rekindle::testing {
namespace {

class FaultyStoreTest : public ::testing::Test {
 protected:
  bool append() {
    LogBatch batch;
    batch.partitions.push_back({PartitionId{1}, end() + 1, "e", 0, {}, 0, {}});
    return log.append(batch, Durability::kDurable).has_value();
  }
  bool write() {
    StateBatch batch;
    batch.put(Table::kModels, "key", "value");
    return store.write(batch).has_value();
  }
  uint64_t end() { return inner_log.end(PartitionId{1}).value(); }

  FaultPlan plan;
  state::MemoryLog inner_log;
  state::MemoryStateStore inner_store;
  FaultyLog log{inner_log, plan};
  FaultyStateStore store{inner_store, plan};
};

TEST_F(FaultyStoreTest, ARefusedWriteLeavesNothingAndTheNextWorks) {
  plan.fail_at(2, Fault::kRefuse);
  EXPECT_TRUE(append());
  EXPECT_FALSE(write());
  EXPECT_EQ(inner_store.size_bytes(), 0u);
  EXPECT_TRUE(write());
  EXPECT_TRUE(append());
  EXPECT_EQ(end(), 2u);
  EXPECT_EQ(plan.writes(), 4u);
  EXPECT_FALSE(plan.is_crashed());
}

TEST_F(FaultyStoreTest, ACrashBeforeAWriteStopsItAndAllAfter) {
  plan.fail_at(2, Fault::kCrashBefore);
  EXPECT_TRUE(append());
  EXPECT_FALSE(append());
  EXPECT_FALSE(write());
  EXPECT_FALSE(log.sync().has_value());
  EXPECT_FALSE(store.flush().has_value());
  EXPECT_TRUE(plan.is_crashed());
  EXPECT_EQ(end(), 1u);
  EXPECT_EQ(inner_store.size_bytes(), 0u);
}

TEST_F(FaultyStoreTest, ACrashAfterAWriteKeepsItThoughNobodyIsTold) {
  plan.fail_at(2, Fault::kCrashAfter);
  EXPECT_TRUE(append());
  EXPECT_FALSE(append());
  EXPECT_FALSE(append());
  EXPECT_TRUE(plan.is_crashed());
  EXPECT_EQ(end(), 2u);
}

}  // namespace
}  // namespace rekindle::testing
