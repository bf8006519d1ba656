// `rekindle serve`: the server, from start to graceful stop. Thread: the main one, which waits for
// signals while the others work.
#pragma once

#include "cli/command_line.h"

namespace rekindle::cli {

void add_serve_command(CommandLine& line);

}  // namespace rekindle::cli
