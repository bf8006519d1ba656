#include "operators/audience/decimal.h"

namespace rekindle::operators::audience {
namespace {

constexpr int kDigitsMax = 18;
constexpr int kExponentMax = 18;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// Appends the digits at the front of `text`; how many, or −1 when they are too many.
int take_digits(std::string_view& text, int before, Wide& digits) {
  int taken = 0;
  while (!text.empty() && is_digit(text.front())) {
    if (before + ++taken > kDigitsMax) return -1;
    digits = digits * 10 + (text.front() - '0');
    text.remove_prefix(1);
  }
  return taken;
}

std::optional<int> take_exponent(std::string_view& text) {
  if (!take(text, 'e') && !take(text, 'E')) return 0;
  const bool negative = take(text, '-');
  if (!negative) take(text, '+');
  Wide exponent = 0;
  if (take_digits(text, 0, exponent) <= 0 || exponent > kExponentMax) return std::nullopt;
  return static_cast<int>(negative ? -exponent : exponent);
}

}  // namespace

std::optional<Rational> decimal_of(std::string_view text) {
  const bool negative = take(text, '-');
  Wide digits = 0;
  const int whole = take_digits(text, 0, digits);
  if (whole <= 0) return std::nullopt;
  int decimals = 0;
  if (take(text, '.')) {
    decimals = take_digits(text, whole, digits);
    if (decimals <= 0) return std::nullopt;
  }
  const std::optional<int> exponent = take_exponent(text);
  if (!exponent || !text.empty()) return std::nullopt;
  Wide divisor = 1;
  for (int i = *exponent; i < decimals; ++i) divisor *= 10;  // at most 36 times
  for (int i = decimals; i < *exponent; ++i) digits *= 10;
  return make_rational(negative ? -digits : digits, divisor);
}

}  // namespace rekindle::operators::audience
