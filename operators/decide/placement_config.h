// What is shown where: for each placement, the candidate sources to ask, in order. Part of the
// decision engine's configuration.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "operators/decide/learnt/next_products.h"

namespace rekindle::operators {

// One source as a placement asks it. What a source does not use must be empty.
struct SourceConfig {
  std::string source;                   // its name in candidates/catalog.cc
  uint32_t take = 0;                    // at most so many offers from it; 0: as many as fit
  std::vector<std::string> categories;  // of bestsellers and trending: only of these
  std::vector<std::string> brands;      // the same
  std::vector<std::string> products;    // of manual: these, in this order
};

struct PlacementConfig {
  std::string name;
  std::vector<SourceConfig> sources;
};

// What a placement shows that the configuration does not name, unless it names "default": chosen by
// measurement, see docs/adr/0014.
[[nodiscard]] PlacementConfig default_placement();

// What is wrong with a source's settings; empty: nothing.
[[nodiscard]] std::string fault_of(const SourceConfig& source);

}  // namespace rekindle::operators
