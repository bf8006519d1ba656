#include "io/access/limiter.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace rekindle::io {
namespace {

constexpr int64_t kDayMs = 24 * 3'600 * 1'000;

TEST(Limiter, WithoutALimitLetsEverythingThrough) {
  Limiter limiter(RateLimit{});
  EXPECT_FALSE(limiter.is_limited());
  for (int i = 0; i < 1'000; ++i) EXPECT_EQ(0, limiter.admit(WallTime{0}));
}

TEST(Limiter, GivesTheBurstAtOnceAndThenTheRate) {
  Limiter limiter(RateLimit{10, 5, 0});
  WallTime now{1'700'000'000'000};
  for (int i = 0; i < 5; ++i) EXPECT_EQ(0, limiter.admit(now)) << i;
  EXPECT_EQ(100, limiter.admit(now));  // one every 100 ms
  EXPECT_EQ(100, limiter.admit(now));  // a refusal takes nothing
  now.ms += 99;
  EXPECT_EQ(1, limiter.admit(now));
  now.ms += 1;
  EXPECT_EQ(0, limiter.admit(now));
  EXPECT_EQ(100, limiter.admit(now));
  now.ms += 1'000'000;  // however long it waits, there is no more than the burst
  for (int i = 0; i < 5; ++i) EXPECT_EQ(0, limiter.admit(now)) << i;
  EXPECT_EQ(100, limiter.admit(now));
}

TEST(Limiter, LetsWhatARequestHeldBePaidLater) {
  Limiter limiter(RateLimit{10, 5, 0});
  WallTime now{1'700'000'000'000};
  EXPECT_EQ(0, limiter.admit(now));
  limiter.charge(99, now);
  EXPECT_EQ(9'600, limiter.admit(now));  // 100 taken, 5 at once: 96 are owed
  now.ms += 9'600;
  EXPECT_EQ(0, limiter.admit(now));
}

TEST(Limiter, CountsADayAndBeginsAnewAtItsEnd) {
  Limiter limiter(RateLimit{0, 0, 3});
  WallTime now{20'000 * kDayMs + kDayMs - 5};
  EXPECT_EQ(0, limiter.admit(now));
  limiter.charge(1, now);
  EXPECT_EQ(0, limiter.admit(now));
  EXPECT_EQ(5, limiter.admit(now));
  now.ms += 5;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(0, limiter.admit(now)) << i;
  EXPECT_EQ(kDayMs, limiter.admit(now));
}

TEST(Limiter, IsNotOpenedByAClockThatGoesBack) {
  Limiter limiter(RateLimit{10, 5, 0});
  for (int i = 0; i < 5; ++i) EXPECT_EQ(0, limiter.admit(WallTime{1'700'000'000'000}));
  EXPECT_LT(0, limiter.admit(WallTime{1'699'999'999'000}));
}

// Threads share a key: together they get exactly its burst.
TEST(Limiter, GivesThreadsTogetherWhatItGivesOne) {
  Limiter limiter(RateLimit{1, 1'000, 800});
  std::atomic<int> taken{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1'000; ++i) {
        if (limiter.admit(WallTime{1'700'000'000'000}) == 0) ++taken;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(800, taken.load());
}

}  // namespace
}  // namespace rekindle::io
