// Budget and stock are shared by all visitors: taken at once, or not at all. Used by arbiter.
#pragma once

#include <string_view>

#include "core/tallies.h"
#include "operators/decide/value/arm.h"

namespace rekindle::operators {

// Empty: taken. Else nothing was, and it is the guard that stopped it.
[[nodiscard]] std::string_view reserve(const Arm& arm, SiteId site, Tallies& tallies);

}  // namespace rekindle::operators
