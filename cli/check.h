// `rekindle check CONFIG`: all faults of a configuration, each with its place, and how every
// command reads its configuration. Thread: the main one.
#pragma once

#include <optional>
#include <string>

#include "cli/command_line.h"
#include "cli/config.h"

namespace rekindle::cli {

void add_check_command(CommandLine& line);

// Reads a configuration and compiles its audiences; on faults prints them all to standard error,
// with the line and a caret, and returns nothing.
[[nodiscard]] std::optional<Config> read_config(const std::string& path);

}  // namespace rekindle::cli
