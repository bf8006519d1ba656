// Stops what the catalogue marks as not available.
#pragma once

#include "operators/decide/guards/guard.h"

namespace rekindle::operators::guards {

inline constexpr Guard kAvailable{
    "unavailable", [](const Judged& judged) { return !judged.candidate.product->available; }};

}  // namespace rekindle::operators::guards
