#include "cli/calendar.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <tuple>

#include "cli/check.h"
#include "cli/exit_code.h"
#include "core/clock.h"

namespace rekindle::cli {
namespace {

struct Options {
  std::string config;
  std::string from;
  uint32_t days = 90;
};

struct Plan {
  operators::Season::Span span;
  std::string season;
  std::string what;
};

// Every time a season is on, with each source that waits for it.
std::vector<Plan> plans_of(const operators::DecideConfig& decide, operators::Day first,
                           operators::Day last) {
  std::vector<Plan> plans;
  for (const operators::PlacementConfig& placement : decide.placements) {
    for (const operators::SourceConfig& source : placement.sources) {
      if (!source.season) continue;
      for (const auto& span : source.season->within(first, last)) {
        plans.push_back({span, source.season->name,
                         fmt::format("{}: {}{}", placement.name, source.source,
                                     source.message.title.empty()
                                         ? std::string()
                                         : fmt::format(" \"{}\"", source.message.title))});
      }
    }
  }
  std::stable_sort(plans.begin(), plans.end(), [](const Plan& a, const Plan& b) {
    return std::tie(a.span.first, a.span.last, a.season) <
           std::tie(b.span.first, b.span.last, b.season);
  });
  return plans;
}

int run_calendar(const Options& options) {
  const auto config = read_config(options.config);
  if (!config) return kExitUsage;
  const auto first = options.from.empty() ? operators::day_of(as_event_time(SystemClock().now()))
                                          : operators::parse_day(options.from).value_or(INT32_MIN);
  if (first == INT32_MIN) {
    fmt::print(stderr, "rekindle calendar: '{}' is no day like 2026-12-24\n", options.from);
    return kExitUsage;
  }
  const operators::Day last = first + static_cast<operators::Day>(options.days) - 1;
  const auto plans = plans_of(config->decide, first, last);
  fmt::print("{} to {}\n", operators::day_text(first), operators::day_text(last));
  for (const Plan& plan : plans) {
    fmt::print("{} .. {}  {:<20} {}\n", operators::day_text(plan.span.first),
               operators::day_text(plan.span.last), plan.season, plan.what);
  }
  if (plans.empty()) fmt::print("nothing of the configuration has a season then\n");
  return kExitOk;
}

}  // namespace

void add_calendar_command(CommandLine& line) {
  auto options = std::make_shared<Options>();
  Command calendar = line.add("calendar", "What a configuration plans for the coming 90 days");
  calendar.option("config", options->config, "The YAML file").required();
  calendar.option("--from", options->from, "First day, like 2026-12-01; today when left out");
  calendar.option("--days", options->days, "How many").between(1, 3'650).shows_default();
  calendar.footer(
      "Each line: when a season is on (cut to these days), its name, and the placement and source\n"
      "that wait for it.\n\n"
      "Example:\n  rekindle calendar configs/policies.yaml --from 2026-11-01");
  calendar.runs([options] { return run_calendar(*options); });
}

}  // namespace rekindle::cli
