// Reads how a site's channels are told apart and what they cost. Called by cli/config at start, on
// the main thread; the cost file itself is read again for every report, on the reports' thread.
#pragma once

#include <string>
#include <vector>

#include "cli/yaml_reader.h"
#include "core/money.h"
#include "io/reports/channel.h"

namespace rekindle::cli {

// `channels` of a site.
void read_channels(YamlSection& site, const std::string& name, Currency currency,
                   std::vector<io::ChannelConfig>& channels);

// A cost file: CSV with the columns day, source, medium and cost, and maybe campaign and
// influencer; cost in major units of `currency`. Errors: kNotFound, kInvalidConfiguration with the
// line.
[[nodiscard]] Result<std::vector<io::ChannelCost>> read_channel_costs(const std::string& path,
                                                                      Currency currency);

}  // namespace rekindle::cli
