// What every report is asked for, read from its query string: site, from, to, format.
//
//   site    may be left out when there is only one, or the key is of one
//   from    a day (2026-03-15) or a month (2026-03), and its first day is meant
//   to      the same, included: of a month its last day
//   format  json (default) or csv
//
// Used by the report routes, on the io thread.
#pragma once

#include <string>
#include <string_view>

#include "core/error.h"
#include "core/site.h"
#include "core/time.h"
#include "io/access/gate.h"

namespace rekindle::io {

struct ReportRequest {
  const Site* site = nullptr;
  int32_t first_day = 0;  // since 1970-01-01
  int32_t last_day = 0;   // included
  bool csv = false;

  // Errors: kInvalidArgument, kUnknownSite.
  [[nodiscard]] static Result<ReportRequest> parse(std::string_view query, const Sites& sites,
                                                   const Access& access);
};

[[nodiscard]] std::string day_text(int32_t day);      // "2026-03-15"
[[nodiscard]] std::string month_text(int32_t month);  // "2026-03", of month_of
// Months since 1970-01, and the first day of one.
[[nodiscard]] int32_t month_of(int32_t day);
[[nodiscard]] int32_t first_day_of(int32_t month);

}  // namespace rekindle::io
