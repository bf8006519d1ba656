#include "operators/decide/candidates/catalog.h"

#include "operators/decide/candidates/bestsellers_of_last_category.h"

namespace rekindle::operators {

CandidateSources make_candidate_sources() {
  CandidateSources sources;
  sources.push_back(make_bestsellers_of_last_category());
  return sources;
}

}  // namespace rekindle::operators
