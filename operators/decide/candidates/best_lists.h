// What sells, or what is trending: of the whole shop, of given categories and brands, or of those
// the visitor dealt with. Of several categories or brands each gives its best in turn, the one
// dealt with last first; of the top category, the one dealt with most, only that one.
//
// Score: the faded count (learnt/bestsellers.h) as of the newest session the model has learnt.
#pragma once

#include "operators/decide/candidates/candidate_source.h"

namespace rekindle::operators {

[[nodiscard]] CandidateSourcePtr make_bestsellers(const SourceConfig& config,
                                                  const NextConfig& next);
[[nodiscard]] CandidateSourcePtr make_trending(const SourceConfig& config, const NextConfig& next);
[[nodiscard]] CandidateSourcePtr make_bestsellers_of_visited_categories(const SourceConfig& config,
                                                                        const NextConfig& next);
[[nodiscard]] CandidateSourcePtr make_bestsellers_of_top_category(const SourceConfig& config,
                                                                  const NextConfig& next);
[[nodiscard]] CandidateSourcePtr make_bestsellers_of_visited_brands(const SourceConfig& config,
                                                                    const NextConfig& next);
[[nodiscard]] CandidateSourcePtr make_trending_of_visited_categories(const SourceConfig& config,
                                                                     const NextConfig& next);

}  // namespace rekindle::operators
