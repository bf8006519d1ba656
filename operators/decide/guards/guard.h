// A guard: one reason not to offer a product. Adding one: a file here and a line in catalog.h.
#pragma once

#include <span>
#include <string_view>

#include "operators/decide/decide_view.h"
#include "operators/decide/placement_config.h"

namespace rekindle::operators {

// What a guard is asked about: one candidate, beside what was already put on the slate. From the
// second guard on, candidate.product is not null, because in_catalog comes first.
struct Judged {
  const DecideView& view;
  const Candidate& candidate;
  std::span<const Product* const> offered;
  const Quota& quota;
};

struct Guard {
  std::string_view name;  // told to people as the reason a product lost: "owned"
  bool (*stops)(const Judged&);
};

}  // namespace rekindle::operators
