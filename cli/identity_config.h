// The `identity` section of the configuration: docs/configuration.md. Called at start, on the main
// thread.
#pragma once

#include "cli/yaml_reader.h"
#include "core/identity_config.h"

namespace rekindle::cli {

void read_identity(YamlSection section, IdentityConfig& config);

}  // namespace rekindle::cli
