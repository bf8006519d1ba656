// What closes the gap to an amount the shop rewards ("12 EUR more for free shipping"): one product
// that is dear enough, the one that overshoots least first; and where no single one closes it, the
// two that do so together. Chosen among what goes with the cart (bought in one order), then what
// sells in its categories, then in the shop. How the gap is reckoned: ThresholdConfig.
//
// Score: the gap ÷ what the product, or the pair, adds; 1 closes it exactly.
#pragma once

#include "operators/decide/candidates/candidate_source.h"

namespace rekindle::operators {

[[nodiscard]] CandidateSourcePtr make_threshold(const SourceConfig& config, const NextConfig& next);

}  // namespace rekindle::operators
