// `rekindle simulate`: what another configuration of offers would have earned, from a store's log.
#pragma once

#include "cli/command_line.h"

namespace rekindle::cli {

void add_simulate_command(CommandLine& line);

}  // namespace rekindle::cli
