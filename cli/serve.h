// `rekindle serve`: the server, from start to graceful stop. Thread: the main one, which waits for
// signals while the others work.
#pragma once

#include <CLI/App.hpp>

namespace rekindle::cli {

void add_serve_command(CLI::App& app, int& exit_code);

}  // namespace rekindle::cli
