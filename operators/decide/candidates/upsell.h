// A step up from what is in the cart, or was visited last: of the same category, the next tier
// above, whatever it costs; without tiers, what costs price_percent_min … price_percent_max of its
// price. At least attributes_min attributes in common. A category's dearest products beyond
// limits::kUpsellScanMax are not read.
//
// Score: (1 + attributes in common ÷ all of both) × its price ÷ the price of the step up; so the
// most alike and the nearest first.
#pragma once

#include "operators/decide/candidates/candidate_source.h"

namespace rekindle::operators {

[[nodiscard]] CandidateSourcePtr make_upsell(const SourceConfig& config, const NextConfig& next);

}  // namespace rekindle::operators
