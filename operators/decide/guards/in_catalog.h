// Stops what the catalogue does not list (any more): there is nothing to show.
#pragma once

#include "operators/decide/guards/guard.h"

namespace rekindle::operators::guards {

inline constexpr Guard kInCatalog{
    "not_in_catalog", [](const Judged& judged) { return judged.candidate.product == nullptr; }};

}  // namespace rekindle::operators::guards
