// Reads the webhooks that come in. Called by cli/config at start, on the main thread.
#pragma once

#include <string>
#include <vector>

#include "cli/yaml_reader.h"
#include "io/hooks/hook_config.h"

namespace rekindle::cli {

// `hooks`; each must be of one of the sites named.
[[nodiscard]] std::vector<io::HookConfig> read_hooks(YamlSection& top,
                                                     const std::vector<std::string>& sites,
                                                     Faults& faults);

}  // namespace rekindle::cli
