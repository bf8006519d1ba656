// `rekindle load`: generated traffic against a server on this machine, and what it measured.
// Called by main; thread: the main one.
#pragma once

#include <CLI/App.hpp>

namespace rekindle::cli {

// Adds the subcommand and its options; it runs when chosen and sets the exit code.
void add_load_command(CLI::App& app, int& exit_code);

}  // namespace rekindle::cli
