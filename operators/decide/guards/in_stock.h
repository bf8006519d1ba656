// Stops what has no piece left. Unknown stock passes.
#pragma once

#include "operators/decide/guards/guard.h"

namespace rekindle::operators::guards {

inline constexpr Guard kInStock{
    "out_of_stock", [](const Judged& judged) { return judged.candidate.product->stock == 0; }};

}  // namespace rekindle::operators::guards
