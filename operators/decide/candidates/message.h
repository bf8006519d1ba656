// Offers without a product: a message for everybody, an invitation to refer a friend for those who
// ordered at least SourceConfig::orders_min times, and how far it is to a reward for those of whom
// points are known (the trait SourceConfig::trait, a whole number). In a title and a text,
// {points}, {missing} and {goal} stand for the visitor's numbers; in the others they stay as they
// are.
//
// Score: 1; of loyalty the share of the goal that is reached, at most 1.
#pragma once

#include "operators/decide/candidates/candidate_source.h"

namespace rekindle::operators {

[[nodiscard]] CandidateSourcePtr make_message(const SourceConfig& config, const NextConfig& next);
[[nodiscard]] CandidateSourcePtr make_refer_a_friend(const SourceConfig& config,
                                                     const NextConfig& next);
[[nodiscard]] CandidateSourcePtr make_loyalty(const SourceConfig& config, const NextConfig& next);

}  // namespace rekindle::operators
