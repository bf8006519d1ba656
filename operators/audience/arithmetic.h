// Arithmetic on what terms measure: numbers that may be infinite or unknown. Pure, any thread.
//
// ∞ + x = ∞, ∞ − ∞ is unknown, ∞ × x has the sign of x, ∞ × 0 and ∞ ÷ ∞ are unknown, x ÷ ∞ = 0.
// Anything with an unknown part, a zero divisor or an overflow is unknown.
#pragma once

#include <optional>

#include "operators/audience/term.h"

namespace rekindle::operators::audience {

[[nodiscard]] Quantity negate(const Quantity& a);
[[nodiscard]] Quantity add(const Quantity& a, const Quantity& b);
[[nodiscard]] Quantity subtract(const Quantity& a, const Quantity& b);
[[nodiscard]] Quantity multiply(const Quantity& a, const Quantity& b);
[[nodiscard]] Quantity divide(const Quantity& a, const Quantity& b);
// The sign of a − b, where an infinite value equals only one infinite the same way. Nothing when
// one is unknown.
[[nodiscard]] std::optional<int> compare(const Quantity& a, const Quantity& b);

}  // namespace rekindle::operators::audience
