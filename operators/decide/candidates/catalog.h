// All candidate sources by name. Placements choose among them (placement_config.h).
#pragma once

#include <span>
#include <string_view>

#include "operators/decide/candidates/candidate_source.h"

namespace rekindle::operators {

// Which settings of SourceConfig a source uses, beside those that every source has. A set.
enum class Uses : uint16_t {
  kNothing = 0,
  kLists = 1,  // categories, brands
  kProducts = 2,
  kNeedsProducts = 4,
  kWithin = 8,
  kDrop = 16,
  kBundle = 32,
  kUpsell = 64,
  kReferral = 128,
  kLoyalty = 256,
  kMessage = 512,
  kThreshold = 1'024,
  kNext = 2'048,
};
constexpr Uses operator|(Uses a, Uses b) {
  return static_cast<Uses>(static_cast<uint16_t>(a) | static_cast<uint16_t>(b));
}
constexpr bool uses(Uses all, Uses one) {
  return (static_cast<uint16_t>(all) & static_cast<uint16_t>(one)) != 0;
}

struct SourceEntry {
  std::string_view name;
  CandidateSourcePtr (*make)(const SourceConfig& config, const NextConfig& next);
  Uses uses = Uses::kNothing;
};

[[nodiscard]] std::span<const SourceEntry> candidate_sources();
[[nodiscard]] const SourceEntry* find_source(std::string_view name);  // null: there is none

}  // namespace rekindle::operators
