#include "core/pace.h"

#include <gtest/gtest.h>

namespace rekindle {
namespace {

constexpr int64_t kMs = 1'000'000;
constexpr int64_t kSecond = 1'000 * kMs;

TEST(Pace, RestsInProportionToWhatItTook) {
  Pace pace(2);
  EXPECT_FALSE(pace.is_resting(0));
  pace.worked(3 * kMs, 10 * kMs);
  EXPECT_TRUE(pace.is_resting(16 * kMs - 1));
  EXPECT_FALSE(pace.is_resting(16 * kMs));
}

// Works whenever it may, so late, from `now` on; gives what share of the time that was.
double share_of(DuePace& pace, int64_t late_ms, int64_t portion_ns, int64_t until, int64_t& now) {
  const int64_t began = now;
  int64_t took = 0;
  while (now < until) {
    if (pace.is_resting(now)) {
      now += kMs / 10;
      continue;
    }
    now += portion_ns;
    took += portion_ns;
    pace.worked(portion_ns, late_ms, now);
  }
  return static_cast<double>(took) / static_cast<double>(now - began);
}

TEST(DuePace, WhatIsOnTimeMayTakeHalfAndAHerdLittle) {
  int64_t now = 100 * kSecond;
  DuePace on_time;
  EXPECT_NEAR(share_of(on_time, 1, 2 * kMs, now + kSecond, now), 0.5, 0.03);
  DuePace herd;
  EXPECT_NEAR(share_of(herd, 5'000, 2 * kMs, now + 10 * kSecond, now), 1.0 / 9, 0.01);
}

TEST(DuePace, WhatUsuallyTakesMuchIsNotHeldBack) {
  DuePace pace;
  int64_t now = 100 * kSecond;
  for (int i = 0; i < 120'000; ++i) {  // a third of the time, for two minutes, on time
    now += kMs;
    pace.worked(kMs / 3, 1, now);
  }
  // Late once, it gets more than a third, and so catches up.
  EXPECT_GT(share_of(pace, 500, kMs, now + kSecond, now), 0.4);
  // After a quiet while a herd is a herd again.
  now += 120 * kSecond;
  EXPECT_LT(share_of(pace, 500, kMs, now + kSecond, now), 0.12);
}

// Even where it was late from the beginning, the share grows until the work is kept up with.
TEST(DuePace, WhatStaysLateGetsMoreAndMore) {
  DuePace pace;
  int64_t now = 100 * kSecond;
  const double first = share_of(pace, 10'000, kMs, now + 10 * kSecond, now);
  share_of(pace, 10'000, kMs, now + 600 * kSecond, now);
  EXPECT_GT(share_of(pace, 10'000, kMs, now + 10 * kSecond, now), 2 * first);
}

}  // namespace
}  // namespace rekindle
