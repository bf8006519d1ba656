#include "operators/decide/placements.h"

#include <algorithm>

#include "core/assert.h"
#include "operators/decide/candidates/catalog.h"

namespace rekindle::operators {
namespace {

Placement make_placement(const PlacementConfig& config, const NextConfig& next) {
  Placement placement;
  placement.quota = config.quota;
  for (const SourceConfig& source : config.sources) {
    const SourceEntry* entry = find_source(source.source);
    RK_ASSERT(entry != nullptr);
    placement.sources.push_back({entry->make(source, next), source.take, source.audiences,
                                 source.not_audiences, source.season});
  }
  return placement;
}

}  // namespace

bool PlacedSource::is_for(const DecideView& view, const AudiencesInForce& in_force) const {
  if (season && !season->is_on(day_of(view.now))) return false;
  const auto is_in = [&](const std::string& name) {
    const auto found = in_force.by_name.find(name);
    return found != in_force.by_name.end() && view.visitor.membership(found->second) != nullptr;
  };
  if (!audiences.empty() && std::none_of(audiences.begin(), audiences.end(), is_in)) return false;
  return std::none_of(not_audiences.begin(), not_audiences.end(), is_in);
}

Placements::Placements(const std::vector<PlacementConfig>& placements, const NextConfig& next) {
  for (const PlacementConfig& placement : placements) {
    x_by_name.emplace(placement.name, make_placement(placement, next));
  }
  const PlacementConfig fallback = default_placement();
  if (!x_by_name.contains(fallback.name)) {
    x_by_name.emplace(fallback.name, make_placement(fallback, next));
  }
}

const Placement& Placements::find(std::string_view placement) const {
  const auto found = x_by_name.find(placement);
  return found != x_by_name.end() ? found->second : x_by_name.find("default")->second;
}

AudiencesInForce Placements::named_in(const Rules& rules) const {
  AudiencesInForce in_force;
  for (const auto& [name, placement] : x_by_name) {
    for (const PlacedSource& placed : placement.sources) {
      for (const auto* names : {&placed.audiences, &placed.not_audiences}) {
        for (const std::string& audience : *names) {
          const AudienceRule* rule = rules.find(audience);
          if (rule != nullptr) in_force.by_name.emplace(audience, rule->key());
        }
      }
    }
  }
  return in_force;
}

}  // namespace rekindle::operators
