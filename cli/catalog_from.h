// `rekindle catalog-from FILE`: a product catalogue derived from a shop's order lines, for shops
// (and data sets) that have none. Thread: the main one.
#pragma once

#include "cli/command_line.h"

namespace rekindle::cli {

void add_catalog_from_command(CommandLine& line);

}  // namespace rekindle::cli
