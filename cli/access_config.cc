#include "cli/access_config.h"

#include <algorithm>

#include "core/limits.h"

namespace rekindle::cli {
namespace {

bool is_name(const std::string& text) {
  return !text.empty() && text.size() <= limits::kKeyNameBytesMax &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '-' || c == '.';
         });
}

// A fault at a key's value, or at the whole mapping where the value is absent.
void fault_at(YamlSection& section, const char* key, const std::string& message) {
  const YAML::Node node = section.take(key);
  section.fault(node.IsDefined() ? node : section.node(), message);
}

void read_name(YamlSection& section, std::string& name, const io::AccessConfig& access) {
  section.read("name", name);
  if (!is_name(name)) {
    return fault_at(section, "name",
                    "a key's 'name' is 1 to " + std::to_string(limits::kKeyNameBytesMax) +
                        " of a-z A-Z 0-9 _ - .");
  }
  const auto same = [&](const auto& known) { return known.name == name; };
  if (std::any_of(access.public_keys.begin(), access.public_keys.end(), same) ||
      std::any_of(access.secret_keys.begin(), access.secret_keys.end(), same)) {
    fault_at(section, "name", "two keys have the name '" + name + "'");
  }
}

void read_limit(YamlSection& section, io::RateLimit& limit) {
  section.read_number("rate", limit.per_second, 1, limits::kRateMax);
  section.read_number("burst", limit.burst, 1, limits::kRateMax * 10);
  section.read_number("quota", limit.per_day, 1, 1'000'000'000'000);
  if (limit.burst != 0 && limit.per_second == 0) {
    fault_at(section, "burst", "'burst' says how far 'rate' may be passed, and there is no 'rate'");
  }
}

void read_origins(YamlSection& section, std::vector<std::string>& origins) {
  const YAML::Node list = section.take("origins");
  if (!list.IsDefined()) return;
  if (!list.IsSequence() || list.size() > limits::kOriginsMax) {
    return section.fault(
        list, "'origins' is a list of at most " + std::to_string(limits::kOriginsMax) + " origins");
  }
  for (const auto& node : list) {
    const std::string text = node.IsScalar() ? node.Scalar() : "";
    if (io::is_origin_pattern(text)) {
      origins.push_back(text);
    } else {
      section.fault(node,
                    "an origin is a scheme and a host in small letters, as "
                    "https://shop.example or https://*.shop.example");
    }
  }
}

// A public key may stand alone, or in a mapping that says more of it.
io::PublicKeyConfig read_public_key(YamlSection& owner, const YAML::Node& node,
                                    const std::string& path, Faults& faults,
                                    io::PublicKeyConfig config, const io::AccessConfig& access) {
  if (node.IsScalar()) {
    config.key = node.Scalar();
  } else {
    YamlSection section(owner.file(), node, path, faults);
    section.read("key", config.key);
    if (section.take("name").IsDefined()) read_name(section, config.name, access);
    read_origins(section, config.origins);
    section.read("decides", config.decides);
    read_limit(section, config.limit);
    section.finish();
  }
  if (!io::is_key_text(config.key)) {
    owner.fault(node, "a public key is 8 to " + std::to_string(limits::kKeyBytesMax) +
                          " of A-Z a-z 0-9 _ - . (`rekindle key new --public`)");
  }
  const auto same = [&](const io::PublicKeyConfig& known) { return known.key == config.key; };
  if (std::any_of(access.public_keys.begin(), access.public_keys.end(), same)) {
    owner.fault(node, "this public key stands here twice");
  }
  return config;
}

void read_scopes(YamlSection& section, io::Scopes& scopes) {
  const YAML::Node list = section.take("scopes");
  if (list.IsDefined() && list.IsSequence()) {
    for (const auto& node : list) {
      const auto scope = io::parse_scope(node.IsScalar() ? node.Scalar() : "");
      if (scope) {
        scopes.add(*scope);
      } else {
        section.fault(node,
                      "no such scope: collect, decide, visitors:read, visitors:write, "
                      "audiences:read, audiences:write, reports:read, quarantine, metrics, "
                      "admin");
      }
    }
  }
  if (scopes.empty()) fault_at(section, "scopes", "the key needs 'scopes', a list of at least one");
}

io::SecretKeyConfig read_secret_key(YamlSection section, const std::string& site,
                                    const io::AccessConfig& access) {
  constexpr std::string_view kPrefix = "sha256:";
  io::SecretKeyConfig config;
  config.site = site;
  read_name(section, config.name, access);
  std::string hash;
  section.read("hash", hash);
  config.sha256 = hash.starts_with(kPrefix) ? hash.substr(kPrefix.size()) : "";
  if (!io::is_sha256_hex(config.sha256)) {
    // Whoever put the key itself here must not find it in a log.
    const YAML::Node node = section.take("hash");
    section.fault_secret(node.IsDefined() ? node : section.node(),
                         "a secret key's 'hash' is sha256: and 64 of 0-9 a-f, as `rekindle key "
                         "new` prints it; never the key itself");
  }
  const auto same = [&](const io::SecretKeyConfig& known) {
    return known.sha256 == config.sha256 && !config.sha256.empty();
  };
  if (std::any_of(access.secret_keys.begin(), access.secret_keys.end(), same)) {
    fault_at(section, "hash", "this key stands here twice");
  }
  read_scopes(section, config.scopes);
  read_limit(section, config.limit);
  section.finish();
  return config;
}

template <typename Read>
void read_list(YamlSection& owner, const char* key, const Read& read) {
  const YAML::Node list = owner.take(key);
  if (!list.IsDefined() || list.IsNull()) return;
  if (!list.IsSequence() || list.size() > limits::kKeysMax) {
    return owner.fault(list, "'" + std::string(key) + "' is a list of at most " +
                                 std::to_string(limits::kKeysMax));
  }
  size_t index = 0;
  for (const auto& node : list) {
    read(node, owner.path() + (owner.path().empty() ? "" : ".") + key + "[" +
                   std::to_string(index) + "]");
    ++index;
  }
}

void read_secret_keys(YamlSection& owner, const char* key, const std::string& site, Faults& faults,
                      io::AccessConfig& access) {
  read_list(owner, key, [&](const YAML::Node& node, const std::string& path) {
    YamlSection section(owner.file(), node, path, faults);
    access.secret_keys.push_back(read_secret_key(std::move(section), site, access));
  });
}

}  // namespace

void read_site_keys(YamlSection& site, const std::string& name, Faults& faults,
                    io::AccessConfig& access) {
  size_t number = 0;
  read_list(site, "public_keys", [&](const YAML::Node& node, const std::string& path) {
    io::PublicKeyConfig unnamed;
    unnamed.name = name + "-public-" + std::to_string(++number);
    unnamed.site = name;
    access.public_keys.push_back(
        read_public_key(site, node, path, faults, std::move(unnamed), access));
  });
  read_secret_keys(site, "secret_keys", name, faults, access);
}

void read_server_keys(YamlSection& top, Faults& faults, io::AccessConfig& access) {
  read_secret_keys(top, "keys", {}, faults, access);
}

}  // namespace rekindle::cli
