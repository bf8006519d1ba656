#include "cli/hook_config.h"

#include <algorithm>

#include "cli/secret_words.h"
#include "core/event_type.h"
#include "core/limits.h"
#include "io/hooks/hook_events.h"
#include "io/webhooks/webhook_signature.h"

namespace rekindle::cli {
namespace {

bool is_name(const std::string& text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

// "data.items.0" → its parts; nothing when one is empty.
std::vector<std::string> parts_of(const std::string& text) {
  std::vector<std::string> parts;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find('.', begin), text.size());
    if (end == begin) return {};
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

class HookReader {
 public:
  HookReader(YamlSection section, const std::vector<std::string>& sites)
      : x_section(std::move(section)), x_sites(sites) {}

  io::HookConfig read() {
    x_section.read("name", x_config.name);
    if (!is_name(x_config.name)) fault("name", "needs a 'name' of 1 to 64 of a-z, 0-9 and _");
    read_site();
    read_signing();
    read_secrets();
    x_section.read_duration("tolerance", x_config.tolerance, seconds(1), hours(1));
    std::string events;
    x_section.read("events", events);
    if (!events.empty()) x_config.events = read_path("events", x_section.take("events"), events);
    x_config.type = read_value("type", x_section.take("type"));
    read_types();
    read_fields();
    x_section.finish();
    return std::move(x_config);
  }

 private:
  void fault(const char* key, const std::string& message) {
    const YAML::Node node = x_section.take(key);
    x_section.fault(node.IsDefined() ? node : x_section.node(), "the hook " + message);
  }
  void read_site() {
    if (x_sites.size() == 1) x_config.site = x_sites.front();
    x_section.read("site", x_config.site);
    if (std::find(x_sites.begin(), x_sites.end(), x_config.site) == x_sites.end()) {
      fault("site", "needs a 'site' that 'sites' lists");
    }
  }
  void read_signing() {
    x_section.read_choice("signature", x_config.signing,
                          {{"standard", io::HookSigning::kStandard},
                           {"timestamped", io::HookSigning::kTimestamped},
                           {"body", io::HookSigning::kBody}});
    x_section.read("header", x_config.header);
    const bool needs_header = x_config.signing != io::HookSigning::kStandard;
    if (needs_header == x_config.header.empty() ||
        x_config.header.size() > limits::kHookFieldBytesMax) {
      fault("header", needs_header ? "needs the 'header' that has its signature"
                                   : "has a 'header', which 'standard' names itself");
    }
  }
  // Of the standard, a secret is written in Base64; others sign with the text itself.
  void read_secrets() {
    SecretWords secret = read_secret_words(x_section);
    if (!secret.fault.empty()) return fault(secret.key.c_str(), secret.fault);
    for (std::string& word : secret.words) {
      if (x_config.signing != io::HookSigning::kStandard) {
        x_config.secrets.push_back(std::move(word));
        continue;
      }
      auto key = io::webhook_key(word);
      if (!key) return fault(secret.key.c_str(), "has a bad secret: " + key.error().detail);
      x_config.secrets.push_back(*std::move(key));
    }
  }
  std::vector<std::string> read_path(const char* key, const YAML::Node& node,
                                     const std::string& text) {
    auto parts = parts_of(text);
    if (parts.empty() || text.size() > limits::kHookPathBytesMax) {
      x_section.fault(node, std::string("the hook's '") + key +
                                "' is a way like data.event, or =text for a constant");
    }
    return parts;
  }
  // "=text" is a constant, all else the way to a value.
  io::HookValue read_value(const char* key, const YAML::Node& node) {
    const std::string text = node.IsDefined() && node.IsScalar() ? node.Scalar() : "";
    if (text.starts_with('=') && text.size() <= limits::kHookPathBytesMax) {
      return {{}, text.substr(1)};
    }
    return {read_path(key, node.IsDefined() ? node : x_section.node(), text), {}};
  }
  void read_types() {
    const YAML::Node map = x_section.take("types");
    if (!map.IsDefined() || !map.IsMap() || map.size() == 0 || map.size() > limits::kHookTypesMax) {
      return fault("types", "needs 'types', which map names of theirs, at most " +
                                std::to_string(limits::kHookTypesMax) + ", to types of ours");
    }
    for (const auto& entry : map) {
      const std::string theirs = entry.first.IsScalar() ? entry.first.Scalar() : "";
      const std::string ours = entry.second.IsScalar() ? entry.second.Scalar() : "";
      const bool fits = parse_event_type(ours) && ours.size() <= limits::kIdBytesMax;
      if (theirs.empty() || !fits) {
        x_section.fault(entry.second, "'" + ours + "' is no type of an event");
      } else {
        x_config.types.emplace_back(theirs, ours);
      }
    }
  }
  void read_fields() {
    const YAML::Node map = x_section.take("fields");
    if (!map.IsDefined() || !map.IsMap()) {
      return fault("fields", "needs 'fields', of which 'visitor' is one");
    }
    const auto known = io::hook_fields();
    bool has_visitor = false;
    for (const auto& entry : map) {
      const std::string name = entry.first.IsScalar() ? entry.first.Scalar() : "";
      if (std::find(known.begin(), known.end(), name) == known.end()) {
        x_section.fault(entry.first, "an event has no field '" + name + "' that a hook fills");
        continue;
      }
      has_visitor |= name == "visitor";
      x_config.fields.emplace_back(name, read_value(name.c_str(), entry.second));
    }
    if (!has_visitor) x_section.fault(map, "the hook's 'fields' need 'visitor'");
  }

  YamlSection x_section;
  const std::vector<std::string>& x_sites;
  io::HookConfig x_config;
};

}  // namespace

std::vector<io::HookConfig> read_hooks(YamlSection& top, const std::vector<std::string>& sites,
                                       Faults& faults) {
  std::vector<io::HookConfig> all;
  const YAML::Node nodes = top.take("hooks");
  if (!nodes.IsDefined() || nodes.IsNull()) return all;
  if (!nodes.IsSequence() || nodes.size() > limits::kHooksMax) {
    top.fault(nodes, "'hooks' must be a list of at most " + std::to_string(limits::kHooksMax));
    return all;
  }
  for (const auto& node : nodes) {
    const std::string path = "hooks[" + std::to_string(all.size()) + "]";
    io::HookConfig config = HookReader({top.file(), node, path, faults}, sites).read();
    const auto same = [&](const io::HookConfig& other) { return other.name == config.name; };
    if (std::any_of(all.begin(), all.end(), same)) {
      top.fault(node, "the hook '" + config.name + "' is defined twice");
    }
    all.push_back(std::move(config));
  }
  return all;
}

}  // namespace rekindle::cli
