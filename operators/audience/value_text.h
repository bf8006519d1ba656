// What terms measure, written for people. Used by explanations; never on the event path.
#pragma once

#include <string>

#include "operators/audience/term.h"

namespace rekindle::operators::audience {

// "3", "0.333333", "12.50 GBP", "12d 3h 0.250s"; "infinite", "unknown". Fractions are rounded: six
// decimals, the minor unit of money, the millisecond.
[[nodiscard]] std::string text_of(const Quantity& quantity, Type type, const Site& site);
[[nodiscard]] std::string text_of(EventTime instant);  // RFC 3339 in UTC

}  // namespace rekindle::operators::audience
