// When something is on: from a day to a day, once or every year. Pure functions, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/limits.h"
#include "core/time.h"

namespace rekindle::operators {

// Days since 1970-01-01, UTC.
using Day = int32_t;
[[nodiscard]] Day day_of(EventTime at);
[[nodiscard]] std::optional<Day> parse_day(std::string_view text);  // "2026-12-24"
[[nodiscard]] std::string day_text(Day day);

struct Season {
  std::string name;
  Day first = 0;
  Day last = 0;            // the last one it is on; not before `first`
  bool is_yearly = false;  // on the same days of every later year; 29 February is 28 in most

  [[nodiscard]] bool is_on(Day day) const;
  // Each time it is on within first … last days, cut to them, ascending.
  struct Span {
    Day first = 0;
    Day last = 0;
    friend bool operator==(const Span&, const Span&) = default;
  };
  [[nodiscard]] std::vector<Span> within(Day from, Day until) const;
  friend bool operator==(const Season&, const Season&) = default;
};

}  // namespace rekindle::operators
