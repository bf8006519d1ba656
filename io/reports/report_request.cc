#include "io/reports/report_request.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>

#include "core/limits.h"
#include "io/request.h"

namespace rekindle::io {
namespace {

using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr int kFirstYear = 1970;

Error refused(std::string detail) {
  return {ErrorCode::kInvalidArgument, std::move(detail)};
}

// Digits of `text` from `at` on; nothing when one of them is none.
std::optional<int> number_at(std::string_view text, size_t at, size_t digits) {
  int number = 0;
  for (const char c : text.substr(at, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  return number;
}

// The first or the last day of "2026-03-15" or "2026-03".
std::optional<int32_t> read_day(std::string_view text, bool last) {
  const bool is_month = text.size() == 7;
  if ((!is_month && text.size() != 10) || text[4] != '-') return std::nullopt;
  if (!is_month && text[7] != '-') return std::nullopt;
  const auto year = number_at(text, 0, 4);
  const auto month = number_at(text, 5, 2);
  const auto day = is_month ? std::optional(1) : number_at(text, 8, 2);
  if (!year || !month || !day || *year < kFirstYear) return std::nullopt;
  const year_month_day date{std::chrono::year(*year),
                            std::chrono::month(static_cast<unsigned>(*month)),
                            std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  const auto number = static_cast<int32_t>(sys_days(date).time_since_epoch().count());
  return is_month && last ? first_day_of(month_of(number) + 1) - 1 : number;
}

}  // namespace

Result<ReportRequest> ReportRequest::parse(std::string_view query, const Sites& sites,
                                           const Access& access) {
  ReportRequest request;
  const std::string named = query_parameter(query, "site");
  const auto site = access.find_site(named, {}, sites);
  if (!site && named.empty()) return Error{site.error().code, "say which site"};
  if (!site) return site.error();
  request.site = *site;
  const auto first = read_day(query_parameter(query, "from"), false);
  const auto last = read_day(query_parameter(query, "to"), true);
  if (!first || !last) {
    return refused("'from' and 'to' are days such as 2026-03-15, or months such as 2026-03");
  }
  if (*last < *first) return refused("'to' lies before 'from'");
  if (static_cast<size_t>(*last - *first) >= limits::kReportDaysMax) {
    return refused(fmt::format("a report covers at most {} days", limits::kReportDaysMax));
  }
  request.first_day = *first;
  request.last_day = *last;
  const std::string format = query_parameter(query, "format");
  if (!format.empty() && format != "json" && format != "csv") {
    return refused("'format' is json or csv");
  }
  request.csv = format == "csv";
  return request;
}

std::string day_text(int32_t day) {
  const year_month_day date{sys_days(std::chrono::days(day))};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

std::string month_text(int32_t month) {
  return day_text(first_day_of(month)).substr(0, 7);
}

int32_t month_of(int32_t day) {
  const year_month_day date{sys_days(std::chrono::days(day))};
  return (static_cast<int32_t>(static_cast<int>(date.year())) - kFirstYear) * 12 +
         static_cast<int32_t>(static_cast<unsigned>(date.month())) - 1;
}

int32_t first_day_of(int32_t month) {
  const auto first = std::chrono::year_month(std::chrono::year(kFirstYear), std::chrono::January) +
                     std::chrono::months(month);
  return static_cast<int32_t>(sys_days(first / std::chrono::day(1)).time_since_epoch().count());
}

}  // namespace rekindle::io
