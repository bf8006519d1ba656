// What a decision is expected to bring, for the doubly robust estimate: the mean of its placement
// where nothing was shown, plus what each offer adds to it. Learnt from the other half of the
// visitors than it is asked about, so that no reward explains itself.
#pragma once

#include <vector>

#include "cli/simulate/decision_row.h"
#include "cli/simulate/estimates.h"

namespace rekindle::cli {

// The rows with their rewards and what was expected of them.
[[nodiscard]] std::vector<WeighedDecision> weigh(const std::vector<DecisionRow>& rows,
                                                 Reward reward, double margin);

}  // namespace rekindle::cli
