// The placements in force: for each, its candidate sources as they were made from the
// configuration.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/rules.h"
#include "operators/decide/candidates/candidate_source.h"

namespace rekindle::operators {

// The audiences in force that placements name, as visitors' memberships name them.
struct AudiencesInForce {
  absl::flat_hash_map<std::string, AudienceVersion> by_name;
};

struct PlacedSource {
  CandidateSourcePtr source;
  uint32_t take = 0;  // 0: as many as fit
  std::vector<std::string> audiences;
  std::vector<std::string> not_audiences;
  std::optional<Season> season;

  // Whether the source is asked for this visitor, now. An audience that is not in force has nobody.
  [[nodiscard]] bool is_for(const DecideView& view, const AudiencesInForce& in_force) const;
};

struct Placement {
  std::vector<PlacedSource> sources;
  Quota quota;
};

// Thread: immutable once made, so any.
class Placements {
 public:
  // REQUIRES: no fault (placement_config.h), no name twice.
  Placements(const std::vector<PlacementConfig>& placements, const NextConfig& next);

  // That of "default" when the name is not configured.
  [[nodiscard]] const Placement& find(std::string_view placement) const;
  // Those of `rules` that a placement names.
  [[nodiscard]] AudiencesInForce named_in(const Rules& rules) const;

 private:
  std::map<std::string, Placement, std::less<>> x_by_name;
};

}  // namespace rekindle::operators
