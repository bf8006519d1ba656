#include "core/deadlines.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

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
  size_t stored_rows() {
    size_t rows = 0;
    RK_ASSERT(x_store.scan(Table::kDeadlines, "", "\xff\xff", [&](auto, auto) {
      ++rows;
      return true;
    }));
    return rows;
  }

  state::MemoryStateStore x_store;
  Deadlines x_deadlines{kPartition, x_store};
};

TEST_F(DeadlinesTest, AForgottenVisitorsEntriesAreGoneWhereverTheyAre) {
  x_deadlines.arm(kNow + hours(3), key(1));  // will be stored, beyond what is in memory
  x_deadlines.arm(kNow + hours(3), key(2));
  save();
  x_deadlines.arm(kNow + seconds(1), key(1));
  x_deadlines.arm(kNow + seconds(2), key(1));
  x_deadlines.arm(kNow + seconds(2), key(2));
  ASSERT_TRUE(x_deadlines.advance(kNow));
  auto stored = Deadlines::stored(x_store, kPartition, {key(1)});
  ASSERT_TRUE(stored);
  std::vector<std::string> rows = (*stored)[key(1)];
  EXPECT_EQ(rows.size(), 1u);
  x_deadlines.forget(key(1), rows);
  EXPECT_EQ(pop_all(kNow + seconds(5)), (std::vector<uint64_t>{2}));
  x_deadlines.arm(kNow + hours(4), key(1));                         // came back
  EXPECT_EQ(pop_all(kNow + hours(3)), (std::vector<uint64_t>{2}));  // the stored row is not theirs
  EXPECT_EQ(pop_all(kNow + hours(4)), (std::vector<uint64_t>{1}));
}

TEST_F(DeadlinesTest, StoredOnesAreReadAheadInPortions) {
  constexpr uint64_t kHerd = 1'000;
  const EventTime midnight = kNow + hours(5);
  for (uint64_t n = 0; n < kHerd; n += 2) x_deadlines.arm(midnight, key(n));
  save();
  EventTime now = midnight - minutes(40);
  ASSERT_TRUE(x_deadlines.bring(now));
  EXPECT_EQ(x_deadlines.next(), EventTime::never());  // nothing was read that may wait
  size_t portions = 0;
  for (uint64_t n = 1;; n += 2) {
    auto has_read = x_deadlines.read_ahead(now, 7);
    ASSERT_TRUE(has_read);
    if (!*has_read) break;
    ++portions;
    // Armed and stored meanwhile, before and behind what is read: none is lost, none comes twice.
    if (n < kHerd) x_deadlines.arm(midnight, key(n));
    if (n % 20 == 1) save();
    now = now + seconds(1);
  }
  EXPECT_GT(portions, kHerd / 2 / 7);
  EXPECT_GE(x_deadlines.horizon(), midnight);
  const uint64_t armed = kHerd / 2 + std::min<uint64_t>(portions, kHerd / 2);
  EXPECT_EQ(x_deadlines.next(), midnight);
  EXPECT_EQ(pop_all(midnight).size(), armed);
}

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
  EXPECT_EQ(stored_rows(), 2u);
}

TEST_F(DeadlinesTest, SavingLetsGoOfWhatFiredOfOneInstant) {
  for (uint64_t n = 1; n <= 5; ++n) x_deadlines.arm(kNow + seconds(1), key(n));
  save();
  save({kNow + seconds(1), key(3)});
  EXPECT_EQ(stored_rows(), 2u);
  save({kNow + seconds(1), key(4)});
  EXPECT_EQ(stored_rows(), 1u);
  save({kNow + seconds(2), key(1)});
  EXPECT_EQ(stored_rows(), 0u);
}

// Entries near and far, repeated ones, and clocks that creep and that leap: always the order of a
// plain sorted set, portion by portion.
TEST_F(DeadlinesTest, ComeOutLikeOfASortedSet) {
  std::mt19937_64 random(7);
  const auto below = [&](int64_t n) { return static_cast<int64_t>(random() % uint64_t(n)); };
  std::set<FireBound> expected;
  EventTime now = kNow;
  for (int round = 0; round < 3'000; ++round) {
    for (int64_t i = below(4); i > 0; --i) {
      const Duration ahead =
          below(10) == 0 ? minutes(1 + below(300)) : milliseconds(1 + below(9'000));
      const FireBound entry{now + ahead, key(static_cast<uint64_t>(below(5)))};
      x_deadlines.arm(entry.time, entry.key);
      expected.insert(entry);
    }
    now = now + (below(200) == 0 ? minutes(below(200)) : milliseconds(below(3'000)));
    if (below(50) == 0) save();
    ASSERT_TRUE(x_deadlines.bring(now));
    if (below(3) == 0) {
      ASSERT_TRUE(x_deadlines.read_ahead(now, static_cast<size_t>(1 + below(3))));
    }
    const bool due = !expected.empty() && expected.begin()->time <= now;
    ASSERT_EQ(x_deadlines.next() <= now, due);
    if (!expected.empty() && expected.begin()->time < x_deadlines.horizon()) {
      ASSERT_EQ(x_deadlines.next(), expected.begin()->time);
    }
    if (below(4) == 0) continue;  // what is due may rest, and the clock goes on
    ASSERT_TRUE(x_deadlines.advance(now));
    FireBound bound = x_deadlines.bound(now, static_cast<size_t>(below(6)));
    if (below(3) == 0) bound = {now, key(9)};  // a record's, whose entry is not there
    FireBound entry;
    while (x_deadlines.pop(bound, entry)) {
      ASSERT_EQ(entry, *expected.begin());
      expected.erase(expected.begin());
      if (below(3) > 0 || entry.time >= now) continue;
      // Whoever fired is armed again, perhaps at once: still within the bound it comes out too.
      const FireBound again{entry.time + Duration{1 + below((now - entry.time).ms)}, entry.key};
      x_deadlines.arm(again.time, again.key);
      expected.insert(again);
    }
    ASSERT_TRUE(expected.empty() || bound < *expected.begin());
  }
  EXPECT_GT(expected.size(), 0u);
}

}  // namespace
}  // namespace rekindle
