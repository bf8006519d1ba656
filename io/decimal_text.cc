#include "io/decimal_text.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace rekindle::io {
namespace {

constexpr int64_t kPlainDigitsMax = 40;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

size_t digits_from(std::string_view text, size_t at) {
  size_t n = 0;
  while (at + n < text.size() && is_digit(text[at + n])) ++n;
  return n;
}

}  // namespace

bool is_json_number(std::string_view text) {
  size_t at = !text.empty() && text[0] == '-' ? 1 : 0;
  const size_t whole = digits_from(text, at);
  if (whole == 0 || (whole > 1 && text[at] == '0')) return false;
  at += whole;
  if (at < text.size() && text[at] == '.') {
    const size_t part = digits_from(text, at + 1);
    if (part == 0) return false;
    at += 1 + part;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    const size_t power = digits_from(text, at);
    if (power == 0) return false;
    at += power;
  }
  return at == text.size();
}

std::optional<std::string> expand_exponent(std::string_view text) {
  if (!is_json_number(text)) return std::nullopt;
  const size_t e = text.find_first_of("eE");
  if (e == std::string_view::npos) return std::string(text);
  std::string_view power = text.substr(e + 1);
  if (power.front() == '+') power.remove_prefix(1);
  int64_t exponent = 0;
  const auto parsed = std::from_chars(power.data(), power.data() + power.size(), exponent);
  if (parsed.ec != std::errc{}) return std::nullopt;

  std::string_view mantissa = text.substr(0, e);
  const bool negative = mantissa.front() == '-';
  if (negative) mantissa.remove_prefix(1);
  const size_t point = std::min(mantissa.find('.'), mantissa.size());
  std::string digits(mantissa.substr(0, point));
  if (point < mantissa.size()) digits.append(mantissa.substr(point + 1));
  if (digits.find_first_not_of('0') == std::string::npos) return "0";

  if (exponent > kPlainDigitsMax || exponent < -kPlainDigitsMax) return std::nullopt;
  // Where the point goes, counted in digits from the left.
  const int64_t place = static_cast<int64_t>(point) + exponent;
  if (place <= 0) digits.insert(0, static_cast<size_t>(1 - place), '0');
  const auto whole = static_cast<size_t>(std::max<int64_t>(place, 1));
  if (digits.size() < whole) digits.append(whole - digits.size(), '0');
  if (digits.size() > static_cast<size_t>(kPlainDigitsMax)) return std::nullopt;
  if (digits.size() > whole) digits.insert(whole, 1, '.');
  const size_t zeros = std::min(digits.find_first_not_of('0'), whole - 1);
  digits.erase(0, zeros);
  return negative ? "-" + digits : digits;
}

}  // namespace rekindle::io
