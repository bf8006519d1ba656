#include "operators/audience/value_text.h"

#include <algorithm>
#include <cstdio>
#include <ctime>

namespace rekindle::operators::audience {
namespace {

constexpr int64_t kFractionScale = 1'000'000;

std::string digits_of(Wide number) {
  std::string text;
  for (Wide rest = number; rest > 0 || text.empty(); rest /= 10) {
    text.push_back(static_cast<char>('0' + static_cast<int>(rest % 10)));
  }
  std::reverse(text.begin(), text.end());
  return text;
}

// The nearest whole number, half away from zero.
Wide rounded(Wide numerator, Wide denominator) {
  const Wide half = denominator / 2;
  return (numerator < 0 ? numerator - half : numerator + half) / denominator;
}

// Below zero only for what is.
std::string number_text(const Rational& value) {
  const Wide magnitude = value.numerator < 0 ? -value.numerator : value.numerator;
  std::string text = value.numerator < 0 ? "-" : "";
  Wide scaled = 0;
  if (value.is_whole() || __builtin_mul_overflow(magnitude, Wide{kFractionScale}, &scaled)) {
    return text + digits_of(magnitude / value.denominator);
  }
  scaled = rounded(scaled, value.denominator);
  text += digits_of(scaled / kFractionScale);
  std::string fraction = digits_of(kFractionScale + scaled % kFractionScale).substr(1);
  fraction.erase(fraction.find_last_not_of('0') + 1);
  return fraction.empty() ? text : text + "." + fraction;
}

std::string money_text(const Rational& value, const Site& site) {
  const Wide minor = rounded(value.numerator, value.denominator);
  char text[32];
  const auto within = static_cast<int64_t>(std::clamp<Wide>(minor, INT64_MIN + 1, INT64_MAX));
  return std::string(format_minor(within, site.currency, text)) + " " +
         std::string(site.currency.code());
}

std::string duration_text(const Rational& value) {
  struct Unit {
    int64_t ms;
    char name;
  };
  constexpr Unit kUnits[] = {{86'400'000, 'd'}, {3'600'000, 'h'}, {60'000, 'm'}};
  Wide rest = rounded(value.numerator, value.denominator);
  std::string text = rest < 0 ? "-" : "";
  if (rest < 0) rest = -rest;
  for (const Unit& unit : kUnits) {
    if (rest < unit.ms) continue;
    text += digits_of(rest / unit.ms) + unit.name + " ";
    rest %= unit.ms;
  }
  if (rest > 0 || text.size() <= 1) {
    text += number_text({rest, 1'000}) + "s";
  } else {
    text.pop_back();
  }
  return text;
}

}  // namespace

std::string text_of(const Quantity& quantity, Type type, const Site& site) {
  switch (quantity.state) {
    case Quantity::State::kUnknown: return "unknown";
    case Quantity::State::kInfinite: return "infinite";
    case Quantity::State::kMinusInfinite: return "-infinite";
    case Quantity::State::kKnown: break;
  }
  if (type == Type::kMoney) return money_text(quantity.value, site);
  return type == Type::kDuration ? duration_text(quantity.value) : number_text(quantity.value);
}

std::string text_of(EventTime instant) {
  const std::time_t seconds = instant.ms / 1'000;
  std::tm parts{};
  char text[40];
  if (gmtime_r(&seconds, &parts) == nullptr) return "unknown";
  const size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text + size, sizeof text - size, ".%03dZ", static_cast<int>(instant.ms % 1'000));
  return text;
}

}  // namespace rekindle::operators::audience
