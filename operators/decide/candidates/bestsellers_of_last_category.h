// The bestsellers of the category the visitor viewed or bought last. If none of them may be
// offered, those of the next older category, and so on. Never of a category the visitor did not
// deal with: a stranger gets nothing from here.
//
// Score: the decayed count (views, cart additions and purchases by LearningConfig::weights) as of
// the newest session the model has learnt, so it does not change between two publishes.
#pragma once

#include "operators/decide/candidates/candidate_source.h"

namespace rekindle::operators {

[[nodiscard]] CandidateSourcePtr make_bestsellers_of_last_category(const SourceConfig& config,
                                                                   const NextConfig& next);

}  // namespace rekindle::operators
