// What is new: published, or first listed, within SourceConfig::within. Of the whole shop, of given
// categories and brands, or of those the visitor dealt with; of several each gives its newest in
// turn.
//
// Score: 1 for what came this moment, falling to 0 at the end of that time.
#pragma once

#include "operators/decide/candidates/candidate_source.h"

namespace rekindle::operators {

[[nodiscard]] CandidateSourcePtr make_new_arrivals(const SourceConfig& config,
                                                   const NextConfig& next);
[[nodiscard]] CandidateSourcePtr make_new_arrivals_of_visited_categories(const SourceConfig& config,
                                                                         const NextConfig& next);
[[nodiscard]] CandidateSourcePtr make_new_arrivals_of_visited_brands(const SourceConfig& config,
                                                                     const NextConfig& next);

}  // namespace rekindle::operators
