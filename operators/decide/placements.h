// The placements in force: for each, its candidate sources as they were made from the
// configuration.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "operators/decide/candidates/candidate_source.h"

namespace rekindle::operators {

struct PlacedSource {
  CandidateSourcePtr source;
  uint32_t take = 0;  // 0: as many as fit
};
using PlacedSources = std::vector<PlacedSource>;

// Thread: immutable once made, so any.
class Placements {
 public:
  // REQUIRES: no fault (placement_config.h), no name twice.
  Placements(const std::vector<PlacementConfig>& placements, const NextConfig& next);

  // Those of "default" when the name is not configured.
  [[nodiscard]] const PlacedSources& find(std::string_view placement) const;

 private:
  std::map<std::string, PlacedSources, std::less<>> x_by_name;
};

}  // namespace rekindle::operators
