// What the configuration says about other trackers: which keys name a site, paths of one's own for
// theirs, and where redirects may lead. Called by cli/config.cc at start, on the main thread.
#pragma once

#include <string>
#include <vector>

#include "cli/yaml_reader.h"
#include "io/server_config.h"

namespace rekindle::cli {

// 'tracker_paths' and 'redirect_hosts' of the section 'server'.
void read_trackers(YamlSection& server, io::ServerConfig& config);
// 'tracker_keys' of the site `name`, added to `keys`. A key of two sites is a fault.
void read_tracker_keys(YamlSection& site, const std::string& name,
                       std::vector<io::TrackerKey>& keys);

}  // namespace rekindle::cli
