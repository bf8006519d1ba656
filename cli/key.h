// rekindle key: makes keys.
#pragma once

namespace rekindle::cli {

class CommandLine;
void add_key_command(CommandLine& line);

}  // namespace rekindle::cli
