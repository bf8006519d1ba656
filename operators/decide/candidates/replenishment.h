// What runs out: bought before, and due again after the visitor's own mean time between purchases
// of it, or, where they bought it once only, after the mean time over all customers, if at least
// kRepurchasesMin times between purchases are known. Owned products may be offered here.
//
// Score: the time since the last purchase ÷ that mean time; due as purchase_habits.h says.
#pragma once

#include "operators/decide/candidates/candidate_source.h"

namespace rekindle::operators {

inline constexpr int64_t kRepurchasesMin = 5;

[[nodiscard]] CandidateSourcePtr make_replenishment(const SourceConfig& config,
                                                    const NextConfig& next);

}  // namespace rekindle::operators
