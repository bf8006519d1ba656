#include "operators/decide/placement_config.h"

#include <fmt/format.h>

#include "core/limits.h"
#include "operators/decide/candidates/catalog.h"

namespace rekindle::operators {

PlacementConfig default_placement() {
  PlacementConfig placement{"default", {}};
  for (const char* source : {"similar_sessions", "bestsellers_of_last_category"}) {
    placement.sources.emplace_back().source = source;
  }
  return placement;
}

std::string fault_of(const SourceConfig& config) {
  const SourceEntry* source = find_source(config.source);
  if (source == nullptr) {
    std::string names;
    for (const SourceEntry& entry : candidate_sources()) {
      names += (names.empty() ? "" : ", ") + std::string(entry.name);
    }
    return fmt::format("there is no source '{}'; there are: {}", config.source, names);
  }
  const bool has_lists = !config.categories.empty() || !config.brands.empty();
  if (has_lists && source->settings != SourceSettings::kCategoriesAndBrands) {
    return fmt::format("the source '{}' takes no categories and no brands", config.source);
  }
  if (!config.products.empty() && source->settings != SourceSettings::kProducts) {
    return fmt::format("the source '{}' takes no products", config.source);
  }
  if (config.products.empty() && source->settings == SourceSettings::kProducts) {
    return fmt::format("the source '{}' needs products", config.source);
  }
  const size_t filters = config.categories.size() + config.brands.size() + config.products.size();
  if (filters > limits::kPlacementFiltersMax) {
    return fmt::format("the source '{}' names more than {} categories, brands and products",
                       config.source, limits::kPlacementFiltersMax);
  }
  return {};
}

}  // namespace rekindle::operators
