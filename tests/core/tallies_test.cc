#include "core/tallies.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "core/tally_key.h"

namespace rekindle {
namespace {

TEST(Tallies, AddUpByKey) {
  Tallies tallies;
  EXPECT_EQ(tallies.read(5), 0);
  EXPECT_TRUE(tallies.add(5, 7));
  EXPECT_TRUE(tallies.add(5 + limits::kTalliesMax, 1));  // begins at the same slot
  EXPECT_TRUE(tallies.add(5, -2));
  EXPECT_EQ(tallies.read(5), 5);
  EXPECT_EQ(tallies.read(5 + limits::kTalliesMax), 1);
}

TEST(Tallies, NothingIsTakenOverTheLimitByManyThreads) {
  Tallies tallies;
  constexpr int64_t kMost = 10'001;
  std::atomic<int64_t> taken{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      const int64_t amount = t + 1;
      for (int i = 0; i < 5'000; ++i) {
        const bool is_taken = tallies.try_take(9, amount, kMost) == Tallies::Taken::kTaken;
        if (is_taken) taken += amount;
        ASSERT_LE(tallies.read(9), kMost);
        if (is_taken && i % 3 == 0) {
          taken -= amount;
          tallies.add(9, -amount);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(tallies.read(9), taken.load());
  EXPECT_EQ(tallies.try_take(9, kMost + 1 - taken.load(), kMost), Tallies::Taken::kTooMuch);
  EXPECT_EQ(tallies.try_take(9, kMost - taken.load(), kMost), Tallies::Taken::kTaken);
}

TEST(Tallies, WithoutRoomNothingIsTaken) {
  Tallies tallies;
  constexpr uint64_t kRoom = limits::kTalliesMax / 4 * 3;
  for (uint64_t key = 1; key <= kRoom; ++key) ASSERT_TRUE(tallies.add(key, 1));
  const uint64_t another = kRoom + 1;
  EXPECT_FALSE(tallies.add(another, 1));
  EXPECT_EQ(tallies.try_take(another, 1, 10), Tallies::Taken::kFull);
  EXPECT_EQ(tallies.read(another), 0);
  EXPECT_EQ(tallies.try_take(1, 1, 2), Tallies::Taken::kTaken);
}

TEST(TallyKey, NeverChanges) {
  // They are in stores: a change would lose every budget.
  EXPECT_EQ(week_of(EventTime{0}), 0);
  EXPECT_EQ(week_of(EventTime{-1}), -1);
  EXPECT_NE(tally_key(SiteId{1}, 2, TallyOf::kBudget), tally_key(SiteId{1}, 2, TallyOf::kStock));
  EXPECT_NE(tally_key(SiteId{1}, 2, TallyOf::kShown, 1),
            tally_key(SiteId{1}, 2, TallyOf::kShown, 2));
  EXPECT_EQ(tally_key(SiteId{0x11223344}, 0x55667788, TallyOf::kTrials, 2'912),
            0x59b286f65213cb32ULL);
}

}  // namespace
}  // namespace rekindle
