// What goes together with the cart, or with the product visited last when the cart is empty: bought
// in one order, put in the cart or looked at in one session, or bought by those who looked at it.
//
// Score: the sum, over the products it goes with, of the signed root of the log-likelihood ratio
// (learnt/log_likelihood.h). Pairs that avoid each other count against a product.
#pragma once

#include "operators/decide/candidates/candidate_source.h"

namespace rekindle::operators {

[[nodiscard]] CandidateSourcePtr make_bought_together(const SourceConfig& config,
                                                      const NextConfig& next);
[[nodiscard]] CandidateSourcePtr make_viewed_together(const SourceConfig& config,
                                                      const NextConfig& next);
[[nodiscard]] CandidateSourcePtr make_carted_together(const SourceConfig& config,
                                                      const NextConfig& next);
[[nodiscard]] CandidateSourcePtr make_viewed_then_bought(const SourceConfig& config,
                                                         const NextConfig& next);

}  // namespace rekindle::operators
