// `rekindle catalog put | show`: a running server's catalogue.
#pragma once

#include "cli/command_line.h"

namespace rekindle::cli {

void add_catalog_command(CommandLine& line);

}  // namespace rekindle::cli
