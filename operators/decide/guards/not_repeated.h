// Stops what this decision offers already.
#pragma once

#include <algorithm>

#include "operators/decide/guards/guard.h"

namespace rekindle::operators::guards {

inline constexpr Guard kNotRepeated{"already_offered", [](const Judged& judged) {
                                      return std::find(judged.offered.begin(), judged.offered.end(),
                                                       judged.candidate.hash) !=
                                             judged.offered.end();
                                    }};

}  // namespace rekindle::operators::guards
