// Points in time and lengths of time, in milliseconds. EventTime (when something happened, and the
// clock that moves windows) and WallTime (what a machine's clock showed) do not mix: converting is
// explicit and done in core/clock.h only.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

namespace rekindle {

struct Duration {
  int64_t ms = 0;
  friend constexpr auto operator<=>(Duration, Duration) = default;
  friend constexpr Duration operator+(Duration a, Duration b) { return {a.ms + b.ms}; }
};

constexpr Duration milliseconds(int64_t n) {
  return {n};
}
constexpr Duration seconds(int64_t n) {
  return {n * 1'000};
}
constexpr Duration minutes(int64_t n) {
  return {n * 60'000};
}
constexpr Duration hours(int64_t n) {
  return {n * 3'600'000};
}
constexpr Duration days(int64_t n) {
  return {n * 86'400'000};
}

namespace detail {
template <typename Tag>
struct TimePoint {
  int64_t ms = 0;  // since 1970-01-01T00:00:00Z

  static constexpr TimePoint never() { return {std::numeric_limits<int64_t>::max()}; }
  static constexpr TimePoint before_all() { return {std::numeric_limits<int64_t>::min()}; }

  friend constexpr auto operator<=>(TimePoint, TimePoint) = default;
  friend constexpr TimePoint operator+(TimePoint t, Duration d) {
    return t == never() ? t : TimePoint{t.ms + d.ms};
  }
  friend constexpr TimePoint operator-(TimePoint t, Duration d) { return {t.ms - d.ms}; }
  friend constexpr Duration operator-(TimePoint a, TimePoint b) { return {a.ms - b.ms}; }
};
struct EventTag {};
struct WallTag {};
}  // namespace detail

using EventTime = detail::TimePoint<detail::EventTag>;
using WallTime = detail::TimePoint<detail::WallTag>;

// The range an event's time may have: 2000-01-01 to 2100-01-01.
inline constexpr EventTime kEventTimeMin{946'684'800'000};
inline constexpr EventTime kEventTimeMax{4'102'444'800'000};

}  // namespace rekindle
