// All candidate sources by name. Placements choose among them (placement_config.h).
#pragma once

#include <span>
#include <string_view>

#include "operators/decide/candidates/candidate_source.h"

namespace rekindle::operators {

// Which settings of SourceConfig a source uses, beside `take`.
enum class SourceSettings : uint8_t { kNone, kCategoriesAndBrands, kProducts };

struct SourceEntry {
  std::string_view name;
  CandidateSourcePtr (*make)(const SourceConfig& config, const NextConfig& next);
  SourceSettings settings = SourceSettings::kNone;
};

[[nodiscard]] std::span<const SourceEntry> candidate_sources();
[[nodiscard]] const SourceEntry* find_source(std::string_view name);  // null: there is none

}  // namespace rekindle::operators
