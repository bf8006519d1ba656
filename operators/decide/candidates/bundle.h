// Products that go together, for less than each by itself: SourceConfig::discount_percent off the
// sum. Either the configured set, when one of it is in the cart or was visited last; or, without a
// set, that product and what is most strongly bought with it in one order. What the cart has
// already is part of the price.
//
// Score: of a configured set 1, else the signed root of the log-likelihood ratio.
#pragma once

#include "operators/decide/candidates/candidate_source.h"

namespace rekindle::operators {

[[nodiscard]] CandidateSourcePtr make_bundle(const SourceConfig& config, const NextConfig& next);

}  // namespace rekindle::operators
