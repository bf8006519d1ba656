// Stops what this decision offers already, what the page shows already, and other variants of both.
#pragma once

#include <algorithm>

#include "operators/decide/guards/guard.h"

namespace rekindle::operators::guards {

inline constexpr Guard kNotRepeated{
    "already_offered", [](const Judged& judged) {
      const NameHash family = judged.candidate.product->family();
      const auto is_same = [&](const Product* other) { return other->family() == family; };
      const auto& shown = judged.view.shown;
      return std::any_of(judged.offered.begin(), judged.offered.end(), is_same) ||
             std::find(shown.begin(), shown.end(), family) != shown.end();
    }};

}  // namespace rekindle::operators::guards
