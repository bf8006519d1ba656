#include "cli/simulate.h"

#include <fmt/format.h>

#include <fstream>
#include <memory>

#include "cli/assembly.h"
#include "cli/catalogs.h"
#include "cli/check.h"
#include "cli/exit_code.h"
#include "cli/progress.h"
#include "cli/simulate/report.h"
#include "cli/simulate/reward_model.h"
#include "cli/simulate/simulation.h"
#include "cli/simulate/weighed_rows.h"
#include "cli/stored_store.h"
#include "core/time_text.h"

namespace rekindle::cli {
namespace {

constexpr const char* kFooter =
    R"(Replays a store's event log from its first record. At each decision among configured offers that
was logged, the configuration given here is asked what it would choose, of the same visitor, at
that instant, with what was known then. From the chances of both choices and from what the visitor
bought within the window follow estimates of what this configuration would have earned:
IPS, SNIPS and DR with 95 % intervals, and the effective sample size, which says how much the log
knows of it at all. The same log, configuration and seed give the same bytes.

Rewards: gain (margin of what was bought less refunds, less costs and discounts given), revenue,
order (1 when anything was bought), click (1 when an offer was clicked).

No server may have the store open, and the event log must not have been trimmed. With --rows
nothing is replayed: decisions weighed elsewhere are read from NDJSON and estimated.

Examples:
  rekindle simulate --config candidate.yaml --data rekindle-data
  rekindle simulate --config candidate.yaml --data rekindle-data --reward order --json
  rekindle simulate --config candidate.yaml --data rekindle-data --decisions chosen.ndjson
  rekindle simulate --rows weighed.ndjson)";

struct SimulateOptions {
  std::string config;
  std::string data;
  std::string rows;
  std::string decisions;
  std::string site;
  std::string from;
  std::string to;
  std::string reward = "gain";
  double margin = 30;
  uint32_t window_days = 7;
  uint64_t seed = 0;
  bool json = false;
};

Reward reward_named(const std::string& name) {
  if (name == "revenue") return Reward::kRevenue;
  if (name == "order") return Reward::kOrder;
  return name == "click" ? Reward::kClick : Reward::kGain;
}

// Rewards are sums of money, so they are of one site.
Result<const SiteConfig*> site_of(const SimulateOptions& given, const Config& config) {
  if (given.site.empty() && config.sites.size() == 1) return &config.sites[0];
  for (const SiteConfig& site : config.sites) {
    if (site.site.name == given.site) return &site;
  }
  return Error{ErrorCode::kInvalidArgument,
               given.site.empty() ? "say which site: --site" : "no site " + given.site};
}

Result<SimulationOptions> options_of(const SimulateOptions& given, const SiteConfig& site) {
  SimulationOptions options;
  options.site = site_id(site.site.name);
  options.seed = given.seed;
  options.window = days(given.window_days);
  for (const auto& [text, time] :
       {std::pair{&given.from, &options.from}, {&given.to, &options.to}}) {
    if (text->empty()) continue;
    const auto read = parse_time(*text);
    if (!read) return read.error();
    *time = EventTime{*read};
  }
  return options;
}

Result<Simulation> replay(const Config& config, const SimulationOptions& options) {
  auto stored = open_stored(config);
  if (!stored) return stored.error();
  const Sites sites = sites_of(config);
  auto target = make_decider(config, *stored->state);
  if (!target) return target.error();
  Progress progress("simulating", "log records");
  const SimulatedLog log{*stored->log, stored->directory->facts().partitions, sites};
  auto simulation = simulate(log, **target, options, [&](uint64_t done, uint64_t all) {
    progress.update(done, all == 0 ? -1 : static_cast<double>(done) / static_cast<double>(all));
  });
  if (simulation) progress.finish(simulation->records);
  return simulation;
}

Result<void> write_file(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) return Error{ErrorCode::kStoreFailed, "cannot write " + path};
  return {};
}

// Money in major units, so that figures read as prices do.
void scale(std::vector<WeighedDecision>& weighed, double unit) {
  for (WeighedDecision& row : weighed) {
    for (double* value : {&row.reward, &row.expected, &row.expected_target}) *value /= unit;
  }
}

Result<std::vector<WeighedDecision>> simulated(const SimulateOptions& given, const Config& config) {
  const auto site = site_of(given, config);
  if (!site) return site.error();
  const auto options = options_of(given, **site);
  if (!options) return options.error();
  if (config.decide.offers.empty()) {
    return Error{ErrorCode::kInvalidConfiguration, given.config + ": it has no offers"};
  }
  const auto simulation = replay(config, *options);
  if (!simulation) return simulation.error();
  const Reward reward = reward_named(given.reward);
  auto weighed = weigh(simulation->rows, reward, given.margin / 100);
  const bool is_money = reward == Reward::kGain || reward == Reward::kRevenue;
  if (is_money) scale(weighed, static_cast<double>((*site)->site.currency.scale()));
  if (!given.decisions.empty()) {
    auto written = write_file(given.decisions, decisions_ndjson(*simulation, weighed));
    if (!written) return written.error();
  }
  if (simulation->without_chance > 0) {
    fmt::print(stderr, "{} decisions do not say how likely they were, and are left out\n",
               simulation->without_chance);
  }
  return weighed;
}

int run_simulate(const SimulateOptions& given) {
  Result<std::vector<WeighedDecision>> weighed = std::vector<WeighedDecision>();
  if (!given.rows.empty()) {
    weighed = read_weighed_rows(given.rows);
  } else {
    auto config = read_config(given.config);
    if (!config) return kExitUsage;
    if (!given.data.empty()) config->directory = given.data;
    weighed = simulated(given, *config);
  }
  if (!weighed) {
    fmt::print(stderr, "rekindle simulate: {}\n", to_string(weighed.error()));
    return exit_code_of(weighed.error().code);
  }
  const Estimates estimates = estimate(*weighed);
  fmt::print("{}", given.json ? estimates_json(estimates) : estimates_text(estimates));
  return kExitOk;
}

void add_options(Command& simulate, SimulateOptions& options) {
  const Option config =
      simulate.option("--config", options.config, "The configuration to weigh (YAML)");
  simulate.option("--data", options.data, "Store directory, instead of the configured one")
      .needs(config);
  simulate.option("--rows", options.rows, "Weighed decisions (NDJSON), instead of a store")
      .excludes(config);
  simulate.option("--decisions", options.decisions, "Write each decision to this file (NDJSON)")
      .needs(config);
  simulate.option("--reward", options.reward, "What counts: gain, revenue, order or click")
      .one_of({"gain", "revenue", "order", "click"})
      .shows_default();
  simulate.option("--margin", options.margin, "Percent of revenue that is margin, for gain")
      .between_reals(0, 100)
      .shows_default();
  simulate.option("--window", options.window_days, "Days after a decision in which it counts")
      .between(1, 365)
      .shows_default();
  simulate.option("--seed", options.seed, "Of other draws; 0: those of the logged decisions")
      .shows_default();
  simulate.option("--site", options.site, "Whose decisions; needed with several sites")
      .needs(config);
  simulate.option("--from", options.from, "Decisions since this time (RFC 3339)").needs(config);
  simulate.option("--to", options.to, "… and before this one").needs(config);
  simulate.flag("--json", options.json, "Report as one JSON object");
  simulate.footer(kFooter);
}

}  // namespace

void add_simulate_command(CommandLine& line) {
  auto options = std::make_shared<SimulateOptions>();
  Command simulate = line.add("simulate", "What other offers would have earned, from a log");
  add_options(simulate, *options);
  simulate.runs([options] {
    if (options->rows.empty() && options->config.empty()) {
      fmt::print(stderr, "rekindle simulate: give --config, or --rows\n");
      return kExitUsage;
    }
    return run_simulate(*options);
  });
}

}  // namespace rekindle::cli
