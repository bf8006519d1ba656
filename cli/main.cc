// The program: one binary, a command each for running, trying, checking and measuring.
#include <CLI/CLI.hpp>

#include "cli/catalog_from.h"
#include "cli/check.h"
#include "cli/exit_code.h"
#include "cli/huge_pages.h"
#include "cli/inspect.h"
#include "cli/load.h"
#include "cli/replay.h"
#include "cli/serve.h"
#include "cli/verify.h"

int main(int argc, char** argv) {
  CLI::App app("Rekindle: real-time audiences and next best offers from what visitors do");
  app.set_version_flag("--version", "rekindle " RK_VERSION);
  app.require_subcommand(1);
  app.footer(R"(Examples:
  rekindle serve --demo                        try it: a server in a temporary directory
  rekindle check configs/rekindle.yaml         every fault of a configuration, with its place
  rekindle serve --config configs/rekindle.yaml
  rekindle replay orders.csv --preset uci --site shop --to ws://127.0.0.1:8080/v1/ws
  rekindle load --mode ws --rate 50000 --duration 20s
  rekindle verify --config configs/rekindle.yaml

Each command has its own --help.
Exit status: 0 done, 1 failed while running, 2 wrong usage or configuration, 3 store in use or newer.)");
  int exit_code = rekindle::cli::kExitOk;
  rekindle::cli::add_serve_command(app, exit_code);
  rekindle::cli::add_check_command(app, exit_code);
  rekindle::cli::add_replay_command(app, exit_code);
  rekindle::cli::add_load_command(app, exit_code);
  rekindle::cli::add_inspect_command(app, exit_code);
  rekindle::cli::add_verify_command(app, exit_code);
  rekindle::cli::add_catalog_from_command(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? rekindle::cli::kExitOk : rekindle::cli::kExitUsage;
  }
  return exit_code;
}
