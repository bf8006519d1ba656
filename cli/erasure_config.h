// The `erasure` section of the configuration: docs/configuration.md. Called at start, on the main
// thread.
#pragma once

#include "cli/yaml_reader.h"
#include "core/engine.h"

namespace rekindle::cli {

void read_erasure(YamlSection section, EngineConfig& engine);

}  // namespace rekindle::cli
