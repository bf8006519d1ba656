// `rekindle verify`: proves on a user's own data that the state is what the log says
// (cli/verify_bytes.h), or that memberships are what a recount of the events says
// (cli/verify_naive.h). Needs an event log that was never trimmed. Thread: the main one.
#pragma once

#include "cli/command_line.h"

namespace rekindle::cli {

void add_verify_command(CommandLine& line);

}  // namespace rekindle::cli
