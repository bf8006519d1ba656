// What visitors with a session like this one wanted next: nearest sessions, blended with what
// followed the product visited last (learnt/next_products.h). Score: 1 is the best of both.
#pragma once

#include "operators/decide/candidates/candidate_source.h"

namespace rekindle::operators {

[[nodiscard]] CandidateSourcePtr make_similar_sessions(const SourceConfig& config,
                                                       const NextConfig& next);

}  // namespace rekindle::operators
