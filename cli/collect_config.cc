#include "cli/collect_config.h"

#include <algorithm>
#include <charconv>

#include "core/limits.h"
#include "io/access/access_config.h"

namespace rekindle::cli {
namespace {

bool is_purpose(const std::string& text) {
  return !text.empty() && text.size() <= limits::kPurposeBytesMax;
}

// Nothing: the key is absent, and the default stays.
void read_purposes(YamlSection& section, const char* key, std::vector<std::string>& purposes) {
  const YAML::Node list = section.take(key);
  if (!list.IsDefined()) return;
  if (!list.IsSequence()) return section.fault(list, std::string("'") + key + "' must be a list");
  purposes.clear();
  for (const auto& node : list) {
    const std::string purpose = node.IsScalar() ? node.Scalar() : "";
    if (is_purpose(purpose)) {
      purposes.push_back(purpose);
    } else {
      section.fault(node, "a purpose is a text of 1 to " +
                              std::to_string(limits::kPurposeBytesMax) + " bytes");
    }
  }
}

void read_tcf(YamlSection& section, io::CollectConfig& config) {
  const YAML::Node map = section.take("tcf");
  if (!map.IsDefined()) return;
  if (!map.IsMap()) {
    return section.fault(map, "'tcf' maps numbers of the TCF's purposes to purposes of ours");
  }
  config.tcf = {};
  for (const auto& entry : map) {
    const std::string text = entry.first.IsScalar() ? entry.first.Scalar() : "";
    size_t number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_number = parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size();
    if (!is_number || number < 1 || number > io::CollectConfig::kTcfPurposes) {
      section.fault(entry.first, "a purpose of the TCF has a number from 1 to " +
                                     std::to_string(io::CollectConfig::kTcfPurposes));
      continue;
    }
    const std::string purpose = entry.second.IsScalar() ? entry.second.Scalar() : "";
    if (is_purpose(purpose)) {
      config.tcf[number - 1] = purpose;
    } else {
      section.fault(entry.second, "a purpose is a text of 1 to " +
                                      std::to_string(limits::kPurposeBytesMax) + " bytes");
    }
  }
}

}  // namespace

void read_collect(YamlSection& site, const std::string& name,
                  std::vector<io::CollectConfig>& collect) {
  YamlSection section = site.section("consent");
  io::CollectConfig config = io::default_collect(name);
  section.read_choice("collect", config.collect,
                      {{"always", io::Collect::kAlways},
                       {"with_consent", io::Collect::kWithConsent},
                       {"cookieless", io::Collect::kCookieless}});
  section.read("purpose", config.purpose);
  if (!is_purpose(config.purpose)) {
    section.fault(section.take("purpose"), "a purpose is a text of 1 to " +
                                               std::to_string(limits::kPurposeBytesMax) + " bytes");
  }
  read_tcf(section, config);
  read_purposes(section, "gpc_refuses", config.gpc_refuses);
  read_purposes(section, "dnt_refuses", config.dnt_refuses);
  section.finish();
  collect.push_back(std::move(config));
}

void read_bots(YamlSection& site, const std::string& name, std::vector<io::BotConfig>& bots) {
  io::BotConfig config{name};
  site.read_choice("bots", config.bots,
                   {{"flag", io::Bots::kFlag},
                    {"quarantine", io::Bots::kQuarantine},
                    {"take", io::Bots::kTake}});
  bots.push_back(std::move(config));
}

void read_cookie(YamlSection section, io::CookieConfig& cookie) {
  section.read("secure", cookie.secure);
  const YAML::Node list = section.take("domains");
  if (list.IsDefined() && !list.IsSequence()) {
    section.fault(list, "'domains' must be a list");
  } else if (list.IsDefined()) {
    for (const auto& node : list) {
      const std::string domain = node.IsScalar() ? node.Scalar() : "";
      const bool fits = domain.find_first_of(":*") == std::string::npos &&
                        domain.find('.') != std::string::npos &&
                        io::is_origin_pattern("https://" + domain);
      if (fits) {
        cookie.domains.push_back(domain);
      } else {
        section.fault(node, "a domain in small letters, like shop.example");
      }
    }
  }
  section.finish();
}

}  // namespace rekindle::cli
