// Reads the keys of a configuration: `public_keys` and `secret_keys` of a site, and `keys` for all
// sites. Called by cli/config at start, on the main thread. No message has a key's text.
#pragma once

#include <string>

#include "cli/yaml_reader.h"
#include "io/access/access_config.h"

namespace rekindle::cli {

void read_site_keys(YamlSection& site, const std::string& name, Faults& faults,
                    io::AccessConfig& access);
void read_server_keys(YamlSection& top, Faults& faults, io::AccessConfig& access);

}  // namespace rekindle::cli
