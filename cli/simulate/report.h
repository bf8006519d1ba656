// A simulation as text, as JSON, and its decisions as NDJSON: the same rows, the same bytes.
#pragma once

#include <string>
#include <vector>

#include "cli/simulate/estimates.h"
#include "cli/simulate/simulation.h"

namespace rekindle::cli {

[[nodiscard]] std::string estimates_text(const Estimates& estimates);
[[nodiscard]] std::string estimates_json(const Estimates& estimates);
// One line a decision: what was shown, what the target would have chosen, both chances, the reward.
// `weighed`: the same rows, in the same order.
[[nodiscard]] std::string decisions_ndjson(const Simulation& simulation,
                                           const std::vector<WeighedDecision>& weighed);

}  // namespace rekindle::cli
