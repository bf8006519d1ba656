// `rekindle calendar`: what the configuration plans for the coming days.
#pragma once

#include "cli/command_line.h"

namespace rekindle::cli {

void add_calendar_command(CommandLine& line);

}  // namespace rekindle::cli
