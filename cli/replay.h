// `rekindle replay FILE…`: events of files into a server or a store. Thread: the main one.
#pragma once

#include <CLI/App.hpp>

namespace rekindle::cli {

void add_replay_command(CLI::App& app, int& exit_code);

}  // namespace rekindle::cli
