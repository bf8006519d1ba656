// Exact sums of the amounts in imported files, in millionths of a major unit. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rekindle::cli {

inline constexpr int64_t kMicrosMax = 1'000'000'000'000'000'000;  // 10^12 major units

// A decimal with or without an exponent; half away from zero beyond six digits. Nothing when it is
// no number or over kMicrosMax.
[[nodiscard]] std::optional<int64_t> parse_micros(std::string_view decimal);
// "12.50", "0.001": at least two digits behind the point, no further zeros.
[[nodiscard]] std::string format_micros(int64_t micros);
// a + b × times, or nothing when that is over kMicrosMax.
[[nodiscard]] std::optional<int64_t> add_micros(int64_t a, int64_t b, int64_t times);

}  // namespace rekindle::cli
