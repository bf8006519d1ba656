#include "operators/audience/crossing.h"

namespace rekindle::operators::audience {

EventTime first_flip(Compare compare, const Rational& difference, const Rational& slope,
                     EventTime now) {
  const int direction = slope.sign();
  const int sign = difference.sign();
  if (direction == 0 || sign == direction) return EventTime::never();  // moves away from zero
  if (sign == 0) {  // at zero now, past it in a millisecond
    const bool flips = holds_for(compare, 0) != holds_for(compare, direction);
    return flips ? now + milliseconds(1) : EventTime::never();
  }
  // Zero lies −difference ÷ slope ahead: between two milliseconds, or exactly on one.
  const Wide growth = direction > 0 ? slope.numerator : -slope.numerator;
  const Wide distance = sign > 0 ? difference.numerator : -difference.numerator;
  Wide top = 0;
  Wide bottom = 0;
  if (__builtin_mul_overflow(distance, static_cast<Wide>(slope.denominator), &top) ||
      __builtin_mul_overflow(growth, static_cast<Wide>(difference.denominator), &bottom)) {
    return now + milliseconds(1);  // beyond what can be computed: looked at again at once
  }
  // Most often both are whole; dividing 128 bits is the dearest step here.
  const Wide whole = bottom == 1 ? top : top / bottom;
  const bool meets_zero = whole * bottom == top;  // then whole ≥ 1, as the distance is not 0
  Wide ahead = whole + 1;                         // first millisecond past zero
  if (meets_zero && holds_for(compare, 0) != holds_for(compare, sign)) {
    ahead = whole;
  } else if (holds_for(compare, direction) == holds_for(compare, sign)) {
    return EventTime::never();
  }
  const Wide room = static_cast<Wide>(EventTime::never().ms) - now.ms;
  return ahead >= room ? EventTime::never() : now + milliseconds(static_cast<int64_t>(ahead));
}

}  // namespace rekindle::operators::audience
