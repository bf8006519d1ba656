#include "cli/offer_values.h"

#include <charconv>
#include <cmath>

namespace rekindle::cli {

std::optional<uint32_t> parse_share(std::string_view text) {
  if (text.empty() || text.back() != '%') return std::nullopt;
  text.remove_suffix(1);
  double percent = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), percent);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size()) return std::nullopt;
  if (!(percent >= 0 && percent <= 100)) return std::nullopt;
  return static_cast<uint32_t>(std::lround(percent * 100));
}

std::optional<int32_t> parse_minute(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  int32_t hour = 0;
  int32_t minute = 0;
  const auto h = std::from_chars(text.data(), text.data() + 2, hour);
  const auto m = std::from_chars(text.data() + 3, text.data() + 5, minute);
  if (h.ptr != text.data() + 2 || m.ptr != text.data() + 5 || hour > 23 || minute > 59 ||
      hour < 0 || minute < 0) {
    return std::nullopt;
  }
  return hour * 60 + minute;
}

bool parse_percent(std::string_view text, double& out) {
  double percent = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), percent);
  const bool is_whole = parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size();
  if (!is_whole || !(percent >= -100 && percent <= 1'000)) return false;
  out = percent;
  return true;
}

}  // namespace rekindle::cli
