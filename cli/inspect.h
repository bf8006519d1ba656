// `rekindle inspect STORE`: what a closed store holds and how large it is. Thread: the main one.
#pragma once

#include "cli/command_line.h"

namespace rekindle::cli {

void add_inspect_command(CommandLine& line);

}  // namespace rekindle::cli
