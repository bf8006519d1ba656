// The only place that reads the system clock, and the only bridge between WallTime and EventTime.
#pragma once

#include <atomic>
#include <cstdint>

#include "core/time.h"

namespace rekindle {

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual WallTime now() const = 0;  // any thread
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] WallTime now() const override;
};

// Moves only when told to. Thread: set by one, read by any.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(WallTime start) : x_now_ms(start.ms) {}
  [[nodiscard]] WallTime now() const override { return {x_now_ms.load()}; }
  void set(WallTime now) { x_now_ms.store(now.ms); }
  void advance(Duration by) { x_now_ms.fetch_add(by.ms); }

 private:
  std::atomic<int64_t> x_now_ms;
};

// On a `wall` store the shard's clock is the machine's.
constexpr EventTime as_event_time(WallTime t) {
  return {t.ms};
}
// An imported event was, for all we know, received when it happened.
constexpr WallTime as_wall_time(EventTime t) {
  return {t.ms};
}

// Nanoseconds of a clock that never goes back: for measuring, never for semantics.
[[nodiscard]] int64_t monotonic_ns();

}  // namespace rekindle
