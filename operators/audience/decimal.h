// Numbers in texts: what trait("age") >= 18 compares. Pure, on the event path, allocates nothing.
#pragma once

#include <optional>
#include <string_view>

#include "operators/audience/rational.h"

namespace rekindle::operators::audience {

// The exact value of a decimal number as JSON writes them ("42", "-1.5", "2e3"). Nothing for any
// other text, with more than 18 digits, or with an exponent beyond ±18.
[[nodiscard]] std::optional<Rational> decimal_of(std::string_view text);

}  // namespace rekindle::operators::audience
