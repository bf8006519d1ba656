#include "cli/presets/decimal.h"

#include <algorithm>

#include "io/decimal_text.h"

namespace rekindle::cli {
namespace {

constexpr size_t kDigits = 6;

}  // namespace

std::optional<int64_t> parse_micros(std::string_view decimal) {
  const std::optional<std::string> plain = io::expand_exponent(decimal);
  if (!plain) return std::nullopt;
  std::string_view text = *plain;
  const bool negative = text.front() == '-';
  if (negative) text.remove_prefix(1);
  const size_t point = std::min(text.find('.'), text.size());
  int64_t micros = 0;
  for (size_t i = 0; i < point; ++i) {
    micros = micros * 10 + (text[i] - '0');
    if (micros > kMicrosMax / 1'000'000) return std::nullopt;
  }
  for (size_t i = 1; i <= kDigits; ++i) {
    const bool given = point + i < text.size();
    micros = micros * 10 + (given ? text[point + i] - '0' : 0);
  }
  if (point + kDigits + 1 < text.size() && text[point + kDigits + 1] >= '5') ++micros;
  if (micros > kMicrosMax) return std::nullopt;
  return negative ? -micros : micros;
}

std::string format_micros(int64_t micros) {
  std::string digits = std::to_string(micros < 0 ? -micros : micros);
  if (digits.size() <= kDigits) digits.insert(0, kDigits + 1 - digits.size(), '0');
  digits.insert(digits.size() - kDigits, 1, '.');
  const size_t least = digits.size() - kDigits + 2;
  while (digits.size() > least && digits.back() == '0') digits.pop_back();
  return micros < 0 ? "-" + digits : digits;
}

std::optional<int64_t> add_micros(int64_t a, int64_t b, int64_t times) {
  const __int128 sum = a + static_cast<__int128>(b) * times;
  if (sum > kMicrosMax || sum < -kMicrosMax) return std::nullopt;
  return static_cast<int64_t>(sum);
}

}  // namespace rekindle::cli
