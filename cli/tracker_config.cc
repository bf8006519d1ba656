#include "cli/tracker_config.h"

#include <algorithm>

#include "core/limits.h"
#include "io/decoders/trackers.h"

namespace rekindle::cli {
namespace {

// The texts of a list; anything else is a fault.
std::vector<std::string> read_list(YamlSection& section, const char* key) {
  std::vector<std::string> texts;
  const YAML::Node list = section.take(key);
  if (!list.IsDefined()) return texts;
  if (!list.IsSequence()) {
    section.fault(list, "'" + std::string(key) + "' must be a list");
    return texts;
  }
  for (const auto& node : list) {
    const bool fits =
        node.IsScalar() && !node.Scalar().empty() && node.Scalar().size() <= limits::kIdBytesMax;
    if (fits) {
      texts.push_back(node.Scalar());
    } else {
      section.fault(node, "a text of 1 to " + std::to_string(limits::kIdBytesMax) + " bytes");
    }
  }
  return texts;
}

bool is_path(const std::string& path) {
  return path.size() > 1 && path.front() == '/' && path.back() != '/' &&
         path.find_first_of("? #") == std::string::npos;
}

}  // namespace

void read_trackers(YamlSection& server, io::ServerConfig& config) {
  config.redirect_hosts = read_list(server, "redirect_hosts");
  const YAML::Node paths = server.take("tracker_paths");
  if (!paths.IsDefined()) return;
  if (!paths.IsMap()) return server.fault(paths, "'tracker_paths' must map paths to paths");
  const io::Trackers trackers;
  for (const auto& entry : paths) {
    const std::string path = entry.first.IsScalar() ? entry.first.Scalar() : "";
    const std::string target = entry.second.IsScalar() ? entry.second.Scalar() : "";
    if (!is_path(path)) {
      server.fault(entry.first, "a path begins with '/' and does not end with it, like /a/b");
    } else if (trackers.find(target) == nullptr) {
      server.fault(entry.second, "no tracker has the path '" + target + "'");
    } else {
      config.tracker_paths.push_back({path, target});
    }
  }
}

void read_tracker_keys(YamlSection& site, const std::string& name,
                       std::vector<io::TrackerKey>& keys) {
  for (const std::string& key : read_list(site, "tracker_keys")) {
    const auto same = std::find_if(keys.begin(), keys.end(),
                                   [&](const io::TrackerKey& known) { return known.key == key; });
    if (same == keys.end()) {
      keys.push_back({key, name});
    } else if (same->site != name) {
      site.fault(site.take("tracker_keys"),
                 "the key '" + key + "' is the site " + same->site + "'s");
    }
  }
}

}  // namespace rekindle::cli
