// `rekindle load`: generated traffic against a server on this machine, and what it measured.
// Called by main; thread: the main one.
#pragma once

#include "cli/command_line.h"

namespace rekindle::cli {

// Adds the subcommand and its options; it runs when chosen.
void add_load_command(CommandLine& line);

}  // namespace rekindle::cli
