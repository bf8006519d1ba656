#include "operators/decide/placements.h"

#include "core/assert.h"
#include "operators/decide/candidates/catalog.h"

namespace rekindle::operators {
namespace {

PlacedSources make_sources(const PlacementConfig& placement, const NextConfig& next) {
  PlacedSources sources;
  for (const SourceConfig& config : placement.sources) {
    const SourceEntry* entry = find_source(config.source);
    RK_ASSERT(entry != nullptr);
    sources.push_back({entry->make(config, next), config.take});
  }
  return sources;
}

}  // namespace

Placements::Placements(const std::vector<PlacementConfig>& placements, const NextConfig& next) {
  for (const PlacementConfig& placement : placements) {
    x_by_name.emplace(placement.name, make_sources(placement, next));
  }
  const PlacementConfig fallback = default_placement();
  if (!x_by_name.contains(fallback.name)) {
    x_by_name.emplace(fallback.name, make_sources(fallback, next));
  }
}

const PlacedSources& Placements::find(std::string_view placement) const {
  const auto found = x_by_name.find(placement);
  return found != x_by_name.end() ? found->second : x_by_name.find("default")->second;
}

}  // namespace rekindle::operators
