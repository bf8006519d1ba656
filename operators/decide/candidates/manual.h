// Products that the configuration names, in its order. Score: 1 for the first, then 1/2, 1/3, …
#pragma once

#include "operators/decide/candidates/candidate_source.h"

namespace rekindle::operators {

[[nodiscard]] CandidateSourcePtr make_manual(const SourceConfig& config, const NextConfig& next);

}  // namespace rekindle::operators
