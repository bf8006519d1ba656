// The brands a visitor dealt with.
#pragma once

#include <vector>

#include "operators/decide/decide_view.h"

namespace rekindle::operators {

// Newest first, each once: from views, cart additions and purchases; an item without a brand has
// the one the catalogue gives its product. At most limits::kRecentCategoriesMax.
[[nodiscard]] std::vector<NameHash> recent_brands(const DecideView& view);

}  // namespace rekindle::operators
