#include "operators/audience/period.h"

#include <chrono>
#include <optional>
#include <string>

namespace rekindle::operators::audience {
namespace {

using std::chrono::sys_days;
using std::chrono::year_month_day;

Error refuse(std::string message) {
  return {ErrorCode::kInvalidExpression, std::move(message)};
}

// Exactly `digits` digits from the front of `text`.
std::optional<int> take_number(std::string_view& text, size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int number = 0;
  for (const char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return number;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

EventTime midnight(sys_days day) {
  return EventTime{} + days(day.time_since_epoch().count());
}

// The days of one date: a year's, a month's or a single one.
Result<Period> parse_date(std::string_view date) {
  const Error unreadable = refuse(
      "expected a period such as 2026, 2026-03, 2026-03-15 or "
      "2026-03-01..2026-05-31");
  std::string_view rest = date;
  const std::optional<int> year = take_number(rest, 4);
  if (!year) return unreadable;
  const year_month_day new_year{std::chrono::year(*year), std::chrono::January,
                                std::chrono::day(1)};
  if (rest.empty()) {
    return Period{midnight(new_year), midnight(new_year + std::chrono::years(1))};
  }
  const std::optional<int> month = take(rest, '-') ? take_number(rest, 2) : std::nullopt;
  if (!month) return unreadable;
  const year_month_day first{new_year.year(), std::chrono::month(static_cast<unsigned>(*month)),
                             std::chrono::day(1)};
  if (!first.ok()) return refuse("there is no month '" + std::string(date) + "'");
  if (rest.empty()) return Period{midnight(first), midnight(first + std::chrono::months(1))};
  const std::optional<int> day = take(rest, '-') ? take_number(rest, 2) : std::nullopt;
  if (!day || !rest.empty()) return unreadable;
  const year_month_day exact{first.year(), first.month(),
                             std::chrono::day(static_cast<unsigned>(*day))};
  if (!exact.ok()) return refuse("there is no day '" + std::string(date) + "'");
  const EventTime begin = midnight(exact);
  return Period{begin, begin + days(1)};
}

}  // namespace

Result<Period> parse_period(std::string_view text) {
  const size_t dots = text.find("..");
  if (dots == std::string_view::npos) return parse_date(text);
  const Result<Period> first = parse_date(text.substr(0, dots));
  if (!first) return first;
  const Result<Period> last = parse_date(text.substr(dots + 2));
  if (!last) return last;
  if (last->end <= first->begin) return refuse("the period ends before it begins");
  return Period{first->begin, last->end};
}

}  // namespace rekindle::operators::audience
