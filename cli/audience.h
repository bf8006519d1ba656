// `rekindle audience`: looks at and changes the audiences of a running server over HTTP.
#pragma once

#include "cli/command_line.h"

namespace rekindle::cli {

void add_audience_command(CommandLine& line);

}  // namespace rekindle::cli
