// `rekindle replay FILE…`: events of files into a server or a store. Thread: the main one.
#pragma once

#include "cli/command_line.h"

namespace rekindle::cli {

void add_replay_command(CommandLine& line);

}  // namespace rekindle::cli
