// Reads `offers` and `offering`: docs/offers.md lists the keys. Called by cli/config.
#pragma once

#include "cli/config.h"
#include "cli/source_config.h"
#include "cli/yaml_reader.h"

namespace rekindle::cli {

// REQUIRES: sites and audiences were read.
void read_offers(YamlSection& top, const CheckExpression& check, const Seasons& seasons,
                 Faults& faults, Config& config);

}  // namespace rekindle::cli
