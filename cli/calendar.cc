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

void add_sources(const operators::DecideConfig& decide, operators::Day first, operators::Day last,
                 std::vector<Plan>& plans) {
  for (const operators::PlacementConfig& placement : decide.placements) {
    for (const operators::SourceConfig& source : placement.sources) {
      if (!source.season) continue;
      const std::string what =
          fmt::format("{}: {}{}", placement.name, source.source,
                      source.message.title.empty() ? std::string()
                                                   : fmt::format(" \"{}\"", source.message.title));
      for (const auto& span : source.season->within(first, last)) {
        plans.push_back({span, source.season->name, what});
      }
    }
  }
}

// Of offers that are not always on: within their start and end, and their season if they have one.
void add_offers(const operators::DecideConfig& decide, operators::Day first, operators::Day last,
                std::vector<Plan>& plans) {
  for (const operators::OfferConfig& offer : decide.offers) {
    const bool has_start = offer.start != EventTime::before_all();
    const bool has_end = offer.end != EventTime::never();
    if (!has_start && !has_end && !offer.season) continue;
    const auto from = has_start ? std::max(first, operators::day_of(offer.start)) : first;
    const auto until =
        has_end ? std::min(last, operators::day_of(offer.end - milliseconds(1))) : last;
    if (from > until) continue;
    const std::string what =
        fmt::format("{}: offer {}{}", fmt::join(offer.placements, ", "), offer.id,
                    offer.title.empty() ? std::string() : fmt::format(" \"{}\"", offer.title));
    if (!offer.season) {
      plans.push_back({{from, until}, "", what});
      continue;
    }
    for (const auto& span : offer.season->within(from, until)) {
      plans.push_back({span, offer.season->name, what});
    }
  }
}

}  // namespace

std::vector<Plan> plans_of(const operators::DecideConfig& decide, operators::Day first,
                           operators::Day last) {
  std::vector<Plan> plans;
  add_sources(decide, first, last, plans);
  add_offers(decide, first, last, plans);
  std::stable_sort(plans.begin(), plans.end(), [](const Plan& a, const Plan& b) {
    return std::tie(a.span.first, a.span.last, a.season) <
           std::tie(b.span.first, b.span.last, b.season);
  });
  return plans;
}

namespace {

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
               operators::day_text(plan.span.last), plan.season.empty() ? "-" : plan.season,
               plan.what);
  }
  if (plans.empty()) fmt::print("nothing of the configuration begins, ends or has a season then\n");
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
      "Each line: from when to when (cut to these days), the season's name, and the placement and\n"
      "source, or offer, that is then on. What is always on is not listed.\n\n"
      "Example:\n  rekindle calendar configs/policies.yaml --from 2026-11-01");
  calendar.runs([options] { return run_calendar(*options); });
}

}  // namespace rekindle::cli
