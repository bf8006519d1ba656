// Reads the sections `decide` and `placements` of the configuration. Called by cli/config at start,
// on the main thread.
#pragma once

#include "cli/source_config.h"
#include "cli/yaml_reader.h"
#include "operators/decide/decide_engine.h"

namespace rekindle::cli {

void read_decide(YamlSection& top, const Seasons& seasons, Faults& faults,
                 operators::DecideConfig& decide);

}  // namespace rekindle::cli
