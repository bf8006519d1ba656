// `rekindle catalog-from FILE`: a product catalogue derived from a shop's order lines, for shops
// (and data sets) that have none. Thread: the main one.
#pragma once

#include <CLI/App.hpp>

namespace rekindle::cli {

void add_catalog_from_command(CLI::App& app, int& exit_code);

}  // namespace rekindle::cli
