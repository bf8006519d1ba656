// Times as text and numbers on the wire, in milliseconds since 1970. Pure functions, any thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/error.h"

namespace rekindle {

// Years 1 … 9999, what RFC 3339 can write.
inline constexpr int64_t kTimeTextMin = -62'135'596'800'000;
inline constexpr int64_t kTimeTextMax = 253'402'300'799'999;

// A number with magnitude below 10^11 is seconds (until the year 5138), else milliseconds (from
// March 1973 on): no time from 1973 to 5138 can be mistaken. Errors: kInvalidTime.
[[nodiscard]] Result<int64_t> time_from_number(int64_t number);

// RFC 3339: 2011-12-09T12:50:00.123+01:00. Also accepted: a space or 't' for 'T', 'z', and no
// offset at all, which means UTC. A leap second is the second after it; digits beyond milliseconds
// are dropped. A text of digits alone is time_from_number's. Errors: kInvalidTime.
[[nodiscard]] Result<int64_t> parse_time(std::string_view text);

// "2011-12-09T12:50:00.123Z". REQUIRES: kTimeTextMin ≤ ms ≤ kTimeTextMax.
[[nodiscard]] std::string_view format_time(int64_t ms, char (&out)[32]);

}  // namespace rekindle
