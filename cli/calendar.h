// `rekindle calendar`: what the configuration plans for the coming days.
#pragma once

#include <string>
#include <vector>

#include "cli/command_line.h"
#include "operators/decide/decide_engine.h"

namespace rekindle::cli {

struct Plan {
  operators::Season::Span span;
  std::string season;  // its name; empty: an offer's own start or end
  std::string what;    // "cart: threshold", "home: offer winter_ten"
};

// What is not always on: every time a season is on within first … last, with each source and offer
// that waits for it, and offers with a start or an end of their own. By day.
[[nodiscard]] std::vector<Plan> plans_of(const operators::DecideConfig& decide,
                                         operators::Day first, operators::Day last);

void add_calendar_command(CommandLine& line);

}  // namespace rekindle::cli
