// Reads what a site collects of whom, and the visitor's cookie. Called by cli/config at start, on
// the main thread.
#pragma once

#include <string>
#include <vector>

#include "cli/yaml_reader.h"
#include "io/bots/bot_door.h"
#include "io/consent/collect_config.h"
#include "io/cookie_config.h"

namespace rekindle::cli {

// `consent` of a site; nothing is added when it says nothing.
void read_collect(YamlSection& site, const std::string& name,
                  std::vector<io::CollectConfig>& collect);
// `bots` of a site.
void read_bots(YamlSection& site, const std::string& name, std::vector<io::BotConfig>& bots);
void read_cookie(YamlSection section, io::CookieConfig& cookie);

}  // namespace rekindle::cli
