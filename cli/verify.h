// `rekindle verify`: proves on a user's own data that the state is what the log says. Replays the
// whole event log into a fresh engine in memory and compares every visitor's bytes and every change
// with what is stored. Needs an event log that was never trimmed. Thread: the main one.
#pragma once

#include "cli/command_line.h"

namespace rekindle::cli {

void add_verify_command(CommandLine& line);

}  // namespace rekindle::cli
