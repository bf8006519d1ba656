// Stops what the catalogue lets end: from `expires` on.
#pragma once

#include "operators/decide/guards/guard.h"

namespace rekindle::operators::guards {

inline constexpr Guard kExpired{"expired", [](const Judged& judged) {
                                  return judged.candidate.product->expires <= judged.view.now;
                                }};

}  // namespace rekindle::operators::guards
