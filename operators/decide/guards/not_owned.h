// Stops what the visitor bought before, but for reminders to buy it again.
#pragma once

#include <algorithm>

#include "operators/decide/guards/guard.h"

namespace rekindle::operators::guards {

inline constexpr Guard kNotOwned{"owned", [](const Judged& judged) {
                                   if (judged.candidate.may_be_owned) return false;
                                   const auto& owned = judged.view.owned;
                                   return std::find(owned.begin(), owned.end(),
                                                    judged.candidate.hash) != owned.end();
                                 }};

}  // namespace rekindle::operators::guards
