// The operator that stands before `offers` in a simulation: at each decision of the log it asks the
// target what it would choose of the same visitor at that instant, and of every event it tells
// Outcomes. It changes nothing. Thread: one.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/simulate/outcomes.h"
#include "core/decider.h"
#include "core/decision.h"
#include "core/operator.h"
#include "core/rules.h"

namespace rekindle::cli {

// What all partitions of a simulation share.
struct SimulatedWorld {
  Decider& target;
  Tallies& tallies;
  Outcomes outcomes;
  uint64_t seed = 0;  // 0: the draws are those of the logged decisions
  std::optional<SiteId> site;
  EventTime from = EventTime::before_all();
  EventTime to = EventTime::never();
  std::map<std::string, uint32_t, std::less<>> placements;  // by order of their first decision
  uint64_t without_chance = 0;  // decisions that do not say how likely they were: left out

  // What decisions of the record under way hold of budgets and stock; to be added after it.
  std::vector<std::pair<uint64_t, int64_t>> reservations;
};

// The program's operators with the observer among them. `world` must outlive them.
[[nodiscard]] Result<Operators> make_observed_operators(const Rules& rules, SimulatedWorld& world);

}  // namespace rekindle::cli
