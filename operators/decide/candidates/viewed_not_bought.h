// What the visitor looked at or put in the cart, and did not buy: newest first. Score: 1 for what
// is in the newest line, then 1/2, 1/3, …
#pragma once

#include "operators/decide/candidates/candidate_source.h"

namespace rekindle::operators {

[[nodiscard]] CandidateSourcePtr make_viewed_not_bought(const SourceConfig& config,
                                                        const NextConfig& next);

}  // namespace rekindle::operators
