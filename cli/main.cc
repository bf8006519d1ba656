// The program: one binary, a command each for running, trying, checking and measuring.
#include "cli/audience.h"
#include "cli/calendar.h"
#include "cli/catalog.h"
#include "cli/catalog_from.h"
#include "cli/check.h"
#include "cli/command_line.h"
#include "cli/huge_pages.h"
#include "cli/inspect.h"
#include "cli/key.h"
#include "cli/load.h"
#include "cli/quarantine.h"
#include "cli/replay.h"
#include "cli/serve.h"
#include "cli/simulate.h"
#include "cli/verify.h"

int main(int argc, char** argv) {
  rekindle::cli::CommandLine line(
      "Rekindle: real-time audiences and next best offers from what visitors do");
  line.version("rekindle " RK_VERSION);
  line.footer(R"(Examples:
  rekindle serve --demo                        try it: a server in a temporary directory
  rekindle check configs/rekindle.yaml         every fault of a configuration, with its place
  rekindle serve --config configs/rekindle.yaml
  rekindle replay orders.csv --preset uci --site shop --to ws://127.0.0.1:8080/v1/ws
  rekindle load --mode ws --rate 50000 --duration 20s
  rekindle audience preview 'count(view_item, 7d) >= 3'
  rekindle verify --config configs/rekindle.yaml

Each command has its own --help.
Exit status: 0 done, 1 failed while running, 2 wrong usage or configuration, 3 store in use or newer.)");
  rekindle::cli::add_serve_command(line);
  rekindle::cli::add_check_command(line);
  rekindle::cli::add_key_command(line);
  rekindle::cli::add_audience_command(line);
  rekindle::cli::add_catalog_command(line);
  rekindle::cli::add_calendar_command(line);
  rekindle::cli::add_quarantine_command(line);
  rekindle::cli::add_replay_command(line);
  rekindle::cli::add_load_command(line);
  rekindle::cli::add_inspect_command(line);
  rekindle::cli::add_verify_command(line);
  rekindle::cli::add_simulate_command(line);
  rekindle::cli::add_catalog_from_command(line);
  return line.run(argc, argv);
}
