// In which order audiences that refer to each other are evaluated. Called when definitions are
// checked and when they come into force; never on the event path.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/ids.h"

namespace rekindle::operators::audience {

struct Referrer {
  std::string_view name;
  AudienceVersion audience;
  const std::vector<AudienceVersion>* references = nullptr;  // ascending; null: none
};

// Places in `audiences`, each after all those it refers to, else in their given order. Errors:
// kInvalidExpression when some refer to themselves, the detail naming the circle.
[[nodiscard]] Result<std::vector<uint32_t>> evaluation_order(
    const std::vector<Referrer>& audiences);

}  // namespace rekindle::operators::audience
