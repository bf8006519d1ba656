// Stops what the visitor bought before.
#pragma once

#include <algorithm>

#include "operators/decide/guards/guard.h"

namespace rekindle::operators::guards {

inline constexpr Guard kNotOwned{"owned", [](const Judged& judged) {
                                   const auto& owned = judged.view.owned;
                                   return std::find(owned.begin(), owned.end(),
                                                    judged.candidate.hash) != owned.end();
                                 }};

}  // namespace rekindle::operators::guards
