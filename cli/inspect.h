// `rekindle inspect STORE`: what a closed store holds and how large it is. Thread: the main one.
#pragma once

#include <CLI/App.hpp>

namespace rekindle::cli {

void add_inspect_command(CLI::App& app, int& exit_code);

}  // namespace rekindle::cli
