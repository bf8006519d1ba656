#include "operators/audience/rational.h"

#include <limits>

namespace rekindle::operators::audience {
namespace {

Wide gcd(Wide a, Wide b) {
  while (b != 0) {
    const Wide rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

constexpr Wide kMost = std::numeric_limits<int64_t>::max();
constexpr Wide kWideLeast = static_cast<Wide>(1) << 127;  // the one value without a negative

}  // namespace

std::optional<Rational> make_rational(Wide numerator, Wide denominator) {
  if (denominator == 0 || numerator == kWideLeast || denominator == kWideLeast) {
    return std::nullopt;
  }
  if (denominator < 0) {
    numerator = -numerator;
    denominator = -denominator;
  }
  if (denominator != 1) {
    const Wide common = gcd(numerator < 0 ? -numerator : numerator, denominator);
    numerator /= common;
    denominator /= common;
  }
  if (denominator > kMost) return std::nullopt;
  return Rational{numerator, static_cast<int64_t>(denominator)};
}

std::optional<Rational> add(const Rational& a, const Rational& b) {
  Wide left = a.numerator;
  Wide right = b.numerator;
  if (a.denominator != b.denominator &&
      (__builtin_mul_overflow(a.numerator, static_cast<Wide>(b.denominator), &left) ||
       __builtin_mul_overflow(b.numerator, static_cast<Wide>(a.denominator), &right))) {
    return std::nullopt;
  }
  Wide total = 0;
  if (__builtin_add_overflow(left, right, &total)) return std::nullopt;
  if (a.denominator == b.denominator) return make_rational(total, a.denominator);
  return make_rational(total, static_cast<Wide>(a.denominator) * b.denominator);
}

std::optional<Rational> subtract(const Rational& a, const Rational& b) {
  if (b.numerator == kWideLeast) return std::nullopt;
  return add(a, {-b.numerator, b.denominator});
}

std::optional<Rational> multiply(const Rational& a, const Rational& b) {
  Wide top = 0;
  if (__builtin_mul_overflow(a.numerator, b.numerator, &top)) return std::nullopt;
  return make_rational(top, static_cast<Wide>(a.denominator) * b.denominator);
}

std::optional<Rational> divide(const Rational& a, const Rational& b) {
  Wide top = 0;
  Wide bottom = 0;
  if (b.numerator == 0 ||
      __builtin_mul_overflow(a.numerator, static_cast<Wide>(b.denominator), &top) ||
      __builtin_mul_overflow(static_cast<Wide>(a.denominator), b.numerator, &bottom)) {
    return std::nullopt;
  }
  return make_rational(top, bottom);
}

std::optional<int> compare(const Rational& a, const Rational& b) {
  Wide left = a.numerator;
  Wide right = b.numerator;
  if (a.denominator != b.denominator &&
      (__builtin_mul_overflow(a.numerator, static_cast<Wide>(b.denominator), &left) ||
       __builtin_mul_overflow(b.numerator, static_cast<Wide>(a.denominator), &right))) {
    return std::nullopt;
  }
  return left < right ? -1 : (left > right ? 1 : 0);
}

Wide floor_of(const Rational& a) {
  const Wide quotient = a.numerator / a.denominator;
  return a.numerator % a.denominator < 0 ? quotient - 1 : quotient;
}

Wide ceiling_of(const Rational& a) {
  const Wide quotient = a.numerator / a.denominator;
  return a.numerator % a.denominator > 0 ? quotient + 1 : quotient;
}

std::optional<int64_t> whole_of(const Rational& a) {
  if (!a.is_whole() || a.numerator > kMost || a.numerator < -kMost) return std::nullopt;
  return static_cast<int64_t>(a.numerator);
}

}  // namespace rekindle::operators::audience
