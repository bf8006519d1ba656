// Reads `offering`, what is common to all offers: docs/offers.md lists the keys. Called by
// cli/config.
#pragma once

#include "cli/config.h"
#include "cli/yaml_reader.h"

namespace rekindle::cli {

// REQUIRES: audiences were read.
void read_offering(YamlSection section, const CheckExpression& check, Config& config);

}  // namespace rekindle::cli
