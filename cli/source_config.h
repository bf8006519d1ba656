// How a placement's source, and the seasons that sources and offers name, are read from YAML.
// Called by cli/decide_config and cli/offer_config at start, on the main thread.
#pragma once

#include "cli/yaml_reader.h"
#include "operators/decide/placement_config.h"

namespace rekindle::cli {

using Seasons = std::vector<operators::Season>;

// The mapping `seasons` of the top.
[[nodiscard]] Seasons read_seasons(YamlSection& top, Faults& faults);

// The one that `season` of a section names, if it does.
[[nodiscard]] std::optional<operators::Season> read_season(YamlSection& section,
                                                           const Seasons& seasons);

// The name of a source, or a mapping with its settings.
[[nodiscard]] operators::SourceConfig read_source(YamlSection& owner, const YAML::Node& node,
                                                  const std::string& path, const Seasons& seasons,
                                                  Faults& faults);

// 1 to 64 of a-z, 0-9, _ and -.
[[nodiscard]] bool is_placement_name(const std::string& name);

}  // namespace rekindle::cli
