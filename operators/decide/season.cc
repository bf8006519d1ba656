#include "operators/decide/season.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>

namespace rekindle::operators {
namespace {

namespace chrono = std::chrono;

chrono::year_month_day date_of(Day day) {
  return chrono::year_month_day{chrono::sys_days{chrono::days{day}}};
}

// The same day so many years later.
Day years_later(Day day, int years) {
  chrono::year_month_day date = date_of(day) + chrono::years{years};
  if (!date.ok()) date = date.year() / date.month() / chrono::last;
  return static_cast<Day>(chrono::sys_days{date}.time_since_epoch().count());
}

int year_of(Day day) {
  return static_cast<int>(date_of(day).year());
}

}  // namespace

Day day_of(EventTime at) {
  const chrono::sys_time<chrono::milliseconds> instant{chrono::milliseconds{at.ms}};
  return static_cast<Day>(chrono::floor<chrono::days>(instant).time_since_epoch().count());
}

std::optional<Day> parse_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto number = [&](size_t at, size_t size) {
    int value = -1;
    const char* begin = text.data() + at;
    const auto [end, error] = std::from_chars(begin, begin + size, value);
    return error == std::errc{} && end == begin + size ? value : -1;
  };
  const int year = number(0, 4);
  const int month = number(5, 2);
  const int day = number(8, 2);
  if (year < 0 || month < 0 || day < 0) return std::nullopt;
  const chrono::year_month_day date{chrono::year{year}, chrono::month{static_cast<unsigned>(month)},
                                    chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;
  return static_cast<Day>(chrono::sys_days{date}.time_since_epoch().count());
}

std::string day_text(Day day) {
  const auto date = date_of(day);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

bool Season::is_on(Day day) const {
  return !within(day, day).empty();
}

std::vector<Season::Span> Season::within(Day from, Day until) const {
  std::vector<Span> spans;
  const int begun = year_of(first);
  // It may begin in one year and end in the next.
  const int years_least = is_yearly ? std::max(0, year_of(from) - begun - 1) : 0;
  const int years_most = is_yearly ? year_of(until) - begun : 0;
  for (int years = years_least; years <= years_most; ++years) {
    const Day begin = std::max(from, years_later(first, years));
    const Day end = std::min(until, years_later(last, years));
    if (begin <= end) spans.push_back({begin, end});
  }
  return spans;
}

}  // namespace rekindle::operators
