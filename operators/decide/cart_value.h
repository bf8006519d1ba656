// What counts in the cart towards a goal of the shop, reckoned as ThresholdConfig says.
#pragma once

#include <optional>
#include <string_view>

#include "operators/decide/decide_view.h"
#include "operators/decide/placement_config.h"

namespace rekindle::operators {

struct GoalGap {
  int64_t goal = 0;        // minor units of the site's currency
  int64_t counted = 0;     // of the cart, towards it
  std::string_view fault;  // why nothing can be said; empty: all is known
  [[nodiscard]] int64_t gap() const { return goal - counted; }
};

// Lines that do not count are left out; a line without a known price makes it a fault, for then
// any gap would be wrong.
[[nodiscard]] GoalGap gap_to_goal(const DecideView& view, const ThresholdConfig& threshold);

// What a product at this price adds towards the goal.
[[nodiscard]] int64_t counted_amount(int64_t price, const ThresholdConfig& threshold);

// Whether it counts at all.
[[nodiscard]] bool counts(const Product& product, const ProductCatalog& catalog,
                          const ThresholdConfig& threshold);

}  // namespace rekindle::operators
