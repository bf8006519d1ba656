// All candidate sources, in the order in which they are asked.
#pragma once

#include <memory>
#include <vector>

#include "operators/decide/candidates/candidate_source.h"

namespace rekindle::operators {

using CandidateSources = std::vector<std::unique_ptr<const CandidateSource>>;

[[nodiscard]] CandidateSources make_candidate_sources();

}  // namespace rekindle::operators
