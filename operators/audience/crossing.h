// When a comparison of values that grow with time flips. Pure functions, any thread.
#pragma once

#include "core/time.h"
#include "core/window.h"
#include "operators/audience/rational.h"

namespace rekindle::operators::audience {

// Whether `left compare right` holds when left − right has this sign.
[[nodiscard]] constexpr bool holds_for(Compare compare, int sign) {
  switch (compare) {
    case Compare::kEqual: return sign == 0;
    case Compare::kNotEqual: return sign != 0;
    case Compare::kLess: return sign < 0;
    case Compare::kLessOrEqual: return sign <= 0;
    case Compare::kGreater: return sign > 0;
    case Compare::kGreaterOrEqual: return sign >= 0;
  }
  return false;
}

// The first millisecond after `now` at which the truth of `difference compare 0` differs from its
// truth at `now`, when the difference grows by `slope` a millisecond; never() if there is none.
[[nodiscard]] EventTime first_flip(Compare compare, const Rational& difference,
                                   const Rational& slope, EventTime now);

}  // namespace rekindle::operators::audience
