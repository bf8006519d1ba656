// Money: whole minor units (cents, pence, yen) with a currency. No floating point touches it.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string_view>

#include "core/error.h"

namespace rekindle {

// An ISO 4217 code. Value type, 4 bytes; default is "no currency".
class Currency {
 public:
  constexpr Currency() = default;
  // Errors: kUnknownCurrency. Accepts any letter case.
  [[nodiscard]] static Result<Currency> parse(std::string_view code);
  [[nodiscard]] std::string_view code() const { return {x_code.data(), x_exponent < 0 ? 0u : 3u}; }
  // Decimal digits of the minor unit: 2 for EUR, 0 for JPY, 3 for KWD.
  [[nodiscard]] int exponent() const { return x_exponent < 0 ? 2 : x_exponent; }
  // 10^exponent: minor units in one major unit.
  [[nodiscard]] int64_t scale() const;
  [[nodiscard]] explicit operator bool() const { return x_exponent >= 0; }
  friend bool operator==(const Currency&, const Currency&) = default;

 private:
  std::array<char, 3> x_code{};
  int8_t x_exponent = -1;  // -1: no currency
};

// a + b, at the ends of the range instead of past them: for totals that never stop growing.
[[nodiscard]] constexpr int64_t saturating_add(int64_t a, int64_t b) {
  int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return b < 0 ? INT64_MIN + 1 : INT64_MAX;  // INT64_MIN means "no money"
}

struct Money {
  int64_t minor = 0;
  Currency currency;
};

// Reads a plain decimal ("12", "12.5", "-0.999", "1e3" is refused) into minor units of `currency`,
// half away from zero beyond its digits. Errors: kInvalidMoney (not a decimal, or over
// limits::kMoneyMinorMax).
[[nodiscard]] Result<int64_t> parse_minor(std::string_view decimal, Currency currency);

// "12.50" for 1250 at exponent 2. Writes into `out` (at least 32 bytes), returns what it wrote.
[[nodiscard]] std::string_view format_minor(int64_t minor, Currency currency, char (&out)[32]);

}  // namespace rekindle
