// rekindle quarantine: events a running server refused: list, show, repair, replay, give up.
#pragma once

namespace rekindle::cli {

class CommandLine;
void add_quarantine_command(CommandLine& line);

}  // namespace rekindle::cli
