#include "core/deadlines.h"

#include <gtest/gtest.h>

#include "core/assert.h"
#include "state/memory_state_store.h"

namespace rekindle {
namespace {

constexpr PartitionId kPartition{3};
constexpr EventTime kNow{1'700'000'000'000};

VisitorKey key(uint64_t n) {
  return {n, n * 7};
}

class DeadlinesTest : public ::testing::Test {
 protected:
  void save(const FireBound& fired = {}) {
    StateBatch batch;
    x_deadlines.save(fired, batch);
    RK_ASSERT(x_store.write(batch));
    x_deadlines.saved();
  }
  std::vector<uint64_t> pop_all(EventTime now) {
    std::vector<uint64_t> keys;
    RK_ASSERT(x_deadlines.advance(now));
    FireBound entry;
    const FireBound bound = x_deadlines.bound(now, SIZE_MAX);
    while (x_deadlines.pop(bound, entry)) keys.push_back(entry.key.high);
    return keys;
  }

  state::MemoryStateStore x_store;
  Deadlines x_deadlines{kPartition, x_store};
};

TEST_F(DeadlinesTest, FireInTheOrderOfTimeThenKey) {
  x_deadlines.arm(kNow + seconds(2), key(1));
  x_deadlines.arm(kNow + seconds(1), key(9));
  x_deadlines.arm(kNow + seconds(1), key(4));
  x_deadlines.arm(kNow + seconds(3), key(2));
  EXPECT_EQ(pop_all(kNow + seconds(2)), (std::vector<uint64_t>{4, 9, 1}));
  EXPECT_EQ(pop_all(kNow + seconds(3)), (std::vector<uint64_t>{2}));
}

TEST_F(DeadlinesTest, ABoundCoversAtMostSoMany) {
  for (uint64_t n = 0; n < 10; ++n) x_deadlines.arm(kNow, key(n));
  ASSERT_TRUE(x_deadlines.advance(kNow));
  const FireBound bound = x_deadlines.bound(kNow, 4);
  FireBound entry;
  size_t popped = 0;
  while (x_deadlines.pop(bound, entry)) ++popped;
  EXPECT_EQ(popped, 4u);
  EXPECT_EQ(x_deadlines.bound(kNow - milliseconds(1), 4).time, EventTime::before_all());
}

TEST_F(DeadlinesTest, FarOnesComeBackFromTheStore) {
  ASSERT_TRUE(x_deadlines.advance(kNow));
  x_deadlines.arm(kNow + days(30), key(1));
  x_deadlines.arm(kNow + days(40), key(2));
  EXPECT_EQ(x_deadlines.next(), EventTime::never());  // beyond the horizon
  save();
  Deadlines reopened(kPartition, x_store);
  ASSERT_TRUE(reopened.advance(kNow + days(30)));
  EXPECT_EQ(reopened.next(), kNow + days(30));
  EXPECT_EQ(pop_all(kNow + days(41)), (std::vector<uint64_t>{1, 2}));
}

TEST_F(DeadlinesTest, FarOnesThatWereNeverSavedAreNotLost) {
  ASSERT_TRUE(x_deadlines.advance(kNow));
  x_deadlines.arm(kNow + days(30), key(1));
  EXPECT_EQ(pop_all(kNow + days(31)), (std::vector<uint64_t>{1}));
}

TEST_F(DeadlinesTest, OnesOnTheirWayToTheStoreAreNotLost) {
  ASSERT_TRUE(x_deadlines.advance(kNow));
  x_deadlines.arm(kNow + days(30), key(1));
  StateBatch on_its_way;
  x_deadlines.save({}, on_its_way);
  EXPECT_EQ(pop_all(kNow + days(31)), (std::vector<uint64_t>{1}));
}

TEST_F(DeadlinesTest, SavingLetsGoOfWhatFired) {
  for (uint64_t n = 1; n <= 5; ++n) {
    x_deadlines.arm(kNow + seconds(static_cast<int64_t>(n)), key(n));
  }
  save();
  EXPECT_EQ(pop_all(kNow + seconds(3)).size(), 3u);
  save({kNow + seconds(3), key(3)});
  size_t rows = 0;
  ASSERT_TRUE(x_store.scan(Table::kDeadlines, "", "\xff\xff", [&](auto, auto) {
    ++rows;
    return true;
  }));
  EXPECT_EQ(rows, 3u);  // 3 s itself may still wait for others of that millisecond, 4 s and 5 s
}

}  // namespace
}  // namespace rekindle
