#include "core/money.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "core/limits.h"

namespace rekindle {
namespace {

// ISO 4217 active codes by the digits of their minor unit. Two digits is the rule; these differ.
constexpr std::string_view kNoDigits[] = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY",
                                          "KMF", "KRW", "PYG", "RWF", "UGX", "UYI",
                                          "VND", "VUV", "XAF", "XOF", "XPF"};
constexpr std::string_view kThreeDigits[] = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};
constexpr std::string_view kTwoDigits[] = {
    "AED", "AFN", "ALL", "AMD", "ANG", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD",
    "BDT", "BGN", "BMD", "BND", "BOB", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD",
    "CDF", "CHF", "CNY", "COP", "CRC", "CUP", "CVE", "CZK", "DKK", "DOP", "DZD", "EGP",
    "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP", "GMD", "GTQ", "GYD",
    "HKD", "HNL", "HTG", "HUF", "IDR", "ILS", "INR", "IRR", "JMD", "KES", "KGS", "KHR",
    "KPW", "KYD", "KZT", "LAK", "LBP", "LKR", "LRD", "LSL", "MAD", "MDL", "MGA", "MKD",
    "MMK", "MNT", "MOP", "MRU", "MUR", "MVR", "MWK", "MXN", "MYR", "MZN", "NAD", "NGN",
    "NIO", "NOK", "NPR", "NZD", "PAB", "PEN", "PGK", "PHP", "PKR", "PLN", "QAR", "RON",
    "RSD", "RUB", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLE", "SOS", "SRD",
    "SSP", "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TOP", "TRY", "TTD", "TWD",
    "TZS", "UAH", "USD", "UYU", "UZS", "VES", "WST", "XCD", "YER", "ZAR", "ZMW", "ZWL"};

template <size_t N>
bool listed(const std::string_view (&codes)[N], std::string_view code) {
  return std::binary_search(std::begin(codes), std::end(codes), code);
}

}  // namespace

Result<Currency> Currency::parse(std::string_view code) {
  if (code.size() != 3) return Error{ErrorCode::kUnknownCurrency, {}};
  Currency currency;
  for (size_t i = 0; i < 3; ++i) {
    const char c = code[i];
    currency.x_code[i] = (c >= 'a' && c <= 'z') ? static_cast<char>(c - 'a' + 'A') : c;
  }
  const std::string_view upper(currency.x_code.data(), 3);
  if (listed(kTwoDigits, upper)) {
    currency.x_exponent = 2;
  } else if (listed(kNoDigits, upper)) {
    currency.x_exponent = 0;
  } else if (listed(kThreeDigits, upper)) {
    currency.x_exponent = 3;
  } else {
    return Error{ErrorCode::kUnknownCurrency, {}};
  }
  return currency;
}

int64_t Currency::scale() const {
  constexpr int64_t kScales[] = {1, 10, 100, 1'000};
  return kScales[exponent()];
}

Result<int64_t> parse_minor(std::string_view decimal, Currency currency) {
  const Error invalid{ErrorCode::kInvalidMoney, {}};
  bool negative = false;
  if (!decimal.empty() && (decimal.front() == '-' || decimal.front() == '+')) {
    negative = decimal.front() == '-';
    decimal.remove_prefix(1);
  }
  int64_t minor = 0;
  int digits_after = -1;  // -1 until the point
  bool any_digit = false;
  bool round_up = false;
  const int exponent = currency.exponent();
  for (const char c : decimal) {
    if (c == '.') {
      if (digits_after >= 0) return invalid;
      digits_after = 0;
      continue;
    }
    if (c < '0' || c > '9') return invalid;
    any_digit = true;
    if (digits_after >= exponent) {  // beyond the minor unit: the first such digit rounds
      if (digits_after == exponent) round_up = c >= '5';
      ++digits_after;
      continue;
    }
    minor = minor * 10 + (c - '0');
    if (minor > limits::kMoneyMinorMax) return invalid;
    if (digits_after >= 0) ++digits_after;
  }
  if (!any_digit) return invalid;
  for (int i = std::max(digits_after, 0); i < exponent; ++i) minor *= 10;
  minor += round_up ? 1 : 0;
  if (minor > limits::kMoneyMinorMax) return invalid;
  return negative ? -minor : minor;
}

std::string_view format_minor(int64_t minor, Currency currency, char (&out)[32]) {
  const int64_t scale = currency.scale();
  char* p = out;
  if (minor < 0) *p++ = '-';
  const auto magnitude =
      minor < 0 ? 0 - static_cast<uint64_t>(minor) : static_cast<uint64_t>(minor);
  p = std::to_chars(p, out + 32, magnitude / static_cast<uint64_t>(scale)).ptr;
  if (scale > 1) {
    *p++ = '.';
    uint64_t rest = magnitude % static_cast<uint64_t>(scale);
    for (auto unit = static_cast<uint64_t>(scale) / 10; unit > 0; unit /= 10) {
      *p++ = static_cast<char>('0' + rest / unit);
      rest %= unit;
    }
  }
  return {out, static_cast<size_t>(p - out)};
}

}  // namespace rekindle
