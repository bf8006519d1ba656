// Exact fractions for audience expressions: no floating point, overflow is seen and never wraps.
// Used by the compiler (constants) and the evaluator (values); pure functions, any thread.
#pragma once

#include <cstdint>
#include <optional>

#include "core/time.h"

namespace rekindle::operators::audience {

using Wide = __int128;

// numerator ÷ denominator. Invariants: denominator ≥ 1; in lowest terms unless it is 1.
struct Rational {
  Wide numerator = 0;
  int64_t denominator = 1;

  static constexpr Rational whole(int64_t n) { return {n, 1}; }
  [[nodiscard]] bool is_whole() const { return denominator == 1; }
  [[nodiscard]] int sign() const { return numerator > 0 ? 1 : (numerator < 0 ? -1 : 0); }
  friend bool operator==(const Rational&, const Rational&) = default;
};

// Each gives nothing when the result cannot be represented; divide also for a zero divisor.
[[nodiscard]] std::optional<Rational> make_rational(Wide numerator, Wide denominator);
[[nodiscard]] std::optional<Rational> add(const Rational& a, const Rational& b);
[[nodiscard]] std::optional<Rational> subtract(const Rational& a, const Rational& b);
[[nodiscard]] std::optional<Rational> multiply(const Rational& a, const Rational& b);
[[nodiscard]] std::optional<Rational> divide(const Rational& a, const Rational& b);
// −1, 0 or 1 as a is less than, equal to or greater than b.
[[nodiscard]] std::optional<int> compare(const Rational& a, const Rational& b);
// Largest whole number ≤ a, smallest ≥ a.
[[nodiscard]] Wide floor_of(const Rational& a);
[[nodiscard]] Wide ceiling_of(const Rational& a);
// A whole number of milliseconds in range, if a is one.
[[nodiscard]] std::optional<int64_t> whole_of(const Rational& a);

}  // namespace rekindle::operators::audience
