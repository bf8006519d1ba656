#include "io/access/limiter.h"

#include <algorithm>

namespace rekindle::io {
namespace {

constexpr int64_t kNsPerMs = 1'000'000;
constexpr int64_t kNsPerSecond = 1'000'000'000;
constexpr int64_t kMsPerDay = 24 * 3'600 * 1'000;
constexpr unsigned kUsedBits = 44;
constexpr uint64_t kUsedMax = (uint64_t{1} << kUsedBits) - 1;

uint64_t day_of(WallTime now) {
  return static_cast<uint64_t>(now.ms / kMsPerDay);
}

uint64_t used_on(uint64_t packed, uint64_t day) {
  return packed >> kUsedBits == day ? packed & kUsedMax : 0;
}

}  // namespace

Limiter::Limiter(const RateLimit& limit) : x_per_day(limit.per_day) {
  if (limit.per_second == 0) return;
  x_interval_ns = std::max<int64_t>(1, kNsPerSecond / static_cast<int64_t>(limit.per_second));
  const uint64_t burst = limit.burst == 0 ? 2 * limit.per_second : limit.burst;
  x_depth_ns = static_cast<int64_t>(burst) * x_interval_ns;
}

int64_t Limiter::admit(WallTime now) {
  if (const int64_t wait_ms = take_from_bucket(now); wait_ms > 0) return wait_ms;
  return take_from_day(now);
}

int64_t Limiter::take_from_bucket(WallTime now) {
  if (x_interval_ns == 0) return 0;
  const int64_t now_ns = now.ms * kNsPerMs;
  int64_t full_at = x_full_at_ns.load(std::memory_order_relaxed);
  while (true) {
    const int64_t after = std::max(full_at, now_ns) + x_interval_ns;
    const int64_t over_ns = after - now_ns - x_depth_ns;
    if (over_ns > 0) return (over_ns + kNsPerMs - 1) / kNsPerMs;
    if (x_full_at_ns.compare_exchange_weak(full_at, after, std::memory_order_relaxed)) return 0;
  }
}

int64_t Limiter::take_from_day(WallTime now) {
  if (x_per_day == 0) return 0;
  const uint64_t day = day_of(now);
  uint64_t packed = x_day.load(std::memory_order_relaxed);
  while (true) {
    const uint64_t used = used_on(packed, day);
    if (used >= x_per_day) return static_cast<int64_t>(day + 1) * kMsPerDay - now.ms;
    const uint64_t after = day << kUsedBits | (used + 1);
    if (x_day.compare_exchange_weak(packed, after, std::memory_order_relaxed)) return 0;
  }
}

void Limiter::charge(uint64_t more, WallTime now) {
  if (more == 0) return;
  if (x_interval_ns != 0) {
    const int64_t now_ns = now.ms * kNsPerMs;
    // A request holds at most limits::kEventsPerBodyMax events, so this is no debt for ever.
    const int64_t debt = static_cast<int64_t>(more) * x_interval_ns;
    int64_t full_at = x_full_at_ns.load(std::memory_order_relaxed);
    while (!x_full_at_ns.compare_exchange_weak(full_at, std::max(full_at, now_ns) + debt,
                                               std::memory_order_relaxed)) {
    }
  }
  if (x_per_day != 0) add_to_day(more, now);
}

void Limiter::add_to_day(uint64_t more, WallTime now) {
  const uint64_t day = day_of(now);
  uint64_t packed = x_day.load(std::memory_order_relaxed);
  uint64_t after = 0;
  do {
    after = day << kUsedBits | std::min(kUsedMax, used_on(packed, day) + more);
  } while (!x_day.compare_exchange_weak(packed, after, std::memory_order_relaxed));
}

}  // namespace rekindle::io
