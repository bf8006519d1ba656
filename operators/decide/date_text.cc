#include "operators/decide/date_text.h"

#include <fmt/format.h>

#include <chrono>

namespace rekindle::operators {

std::string date_text(EventTime at) {
  const std::chrono::sys_time<std::chrono::milliseconds> instant{std::chrono::milliseconds{at.ms}};
  const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(instant)};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()),
                     static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
}

}  // namespace rekindle::operators
