// What costs less than when the visitor looked at it or put it in the cart: the catalogue's last
// change of its price was a drop of at least SourceConfig::percent_min, came after that, and is not
// older than SourceConfig::within.
//
// Score: the drop ÷ the price before it.
#pragma once

#include "operators/decide/candidates/candidate_source.h"

namespace rekindle::operators {

[[nodiscard]] CandidateSourcePtr make_price_drop(const SourceConfig& config,
                                                 const NextConfig& next);

}  // namespace rekindle::operators
