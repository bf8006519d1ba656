// What the visitor buys again and again, when it is due: bought on at least two occasions, and the
// time since the last one is at least kDueShare of the mean time between them; no longer than
// kOverShare of it, for then the habit has ended. What is owned may be offered here.
//
// Score: the time since the last purchase ÷ the mean time between them.
#pragma once

#include "operators/decide/candidates/candidate_source.h"

namespace rekindle::operators {

[[nodiscard]] CandidateSourcePtr make_reorder_reminder(const SourceConfig& config,
                                                       const NextConfig& next);

}  // namespace rekindle::operators
