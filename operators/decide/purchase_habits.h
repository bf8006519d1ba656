// How often a visitor buys each product, as far as the timeline still has the purchases.
#pragma once

#include <map>

#include "operators/decide/decide_view.h"

namespace rekindle::operators {

struct Habit {
  EventTime first;
  EventTime last;
  int64_t occasions = 0;  // at least 1
  // The mean time between occasions. REQUIRES: occasions ≥ 2.
  [[nodiscard]] Duration interval() const { return {(last - first).ms / (occasions - 1)}; }
};

// Reads at most limits::kTimelineLinesMax lines, as `owned` of DecideView does.
[[nodiscard]] std::map<NameHash, Habit> purchase_habits(const DecideView& view);

// Something bought from time to time is due from the first share of its interval on, and not any
// more after the second: then the habit has ended.
inline constexpr double kDueShare = 0.8;
inline constexpr double kOverShare = 3;

struct Due {
  NameHash product = kNoName;
  double share = 0;  // of the interval that has passed
  Duration interval;
  Habit habit;
};
// Those within the shares, the most overdue first, equal ones by hash; at most
// limits::kCandidatesMax.
void sort_due(std::vector<Due>& due);

}  // namespace rekindle::operators
