#include "cli/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <iterator>
#include <memory>
#include <string_view>

#include "cli/load/load_run.h"
#include "cli/yaml_reader.h"
#include "core/assert.h"
#include "core/clock.h"

namespace rekindle::cli {
namespace {

constexpr const char* kModeNames[] = {"pixel", "post", "ws", "decide"};  // in the enum's order

LoadMode mode_of(std::string_view name) {
  const auto* const found = std::find(std::begin(kModeNames), std::end(kModeNames), name);
  RK_ASSERT(found != std::end(kModeNames));  // the option refuses all others
  return static_cast<LoadMode>(found - std::begin(kModeNames));
}

constexpr const char* kFooter = R"(How it measures:
  With --rate the loop is open: latencies count from the instant a request was due, so waiting
  for a slow server is part of them. With --rate max they count from sending.

  --changes measures event -> audience change: a stream of its own sends, --probe-rate times a
  second, one `sign_up` of a new visitor (one WebSocket frame each), and a second WebSocket
  subscribes to the audience --probe-audience, which must be `did(sign_up, 30d)` or the like. The
  latency runs from the instant the event was due to the instant its change was received.

  --exits also subscribes to the audience --exit-audience, which those visitors must leave by time
  alone, as from `did(sign_up, 2s)`: how long after the instant they left it that is received.

  --live-decisions measures event -> decision: one WebSocket looks at products as 16 visitors, a
  second follows their decisions at --probe-placement, which must offer `viewed_not_bought` of a
  catalogue of p0, p1, …: the latency runs until the decision that offers what was looked at.

  --decide-rate sends GET /v1/decide for visitors of the same law, on connections of their own.

Examples:
  rekindle load --mode ws --rate max --frame 64 --duration 20s
  rekindle load --mode pixel --rate 20000 --connections 64
  rekindle load --mode decide --rate 2000
  rekindle load --mode ws --rate 75000 --changes --decide-rate 500 --json
  rekindle load --mode ws --every-visitor-once --visitors 1000000)";

int run_load(LoadConfig config) {
  const auto fail = [](const std::string& why, int code) {
    fmt::print(stderr, "rekindle load: {}\n", why);
    return code;
  };
  const auto duration = parse_duration(config.duration);
  const auto warm_up = parse_duration(config.warm_up);
  const auto age = parse_duration(config.age);
  const auto every = parse_duration(config.every);
  if (!duration || !warm_up || !age || !every) return fail("durations look like 20s or 2m", 2);
  double rate = 0;
  config.changes = config.changes || config.exits;  // the same probes
  if (config.rate != "max") {
    const char* end = config.rate.data() + config.rate.size();
    const auto [stop, error] = std::from_chars(config.rate.data(), end, rate);
    if (error != std::errc{} || stop != end || rate <= 0) {
      return fail("--rate is a number of events a second, or max", 2);
    }
  }
  auto target = Target::parse(config.to);
  if (!target) return fail(to_string(target.error()), 2);
  config.traffic.run = fmt::format("{:x}", SystemClock().now().ms);
  config.traffic.seed = static_cast<uint64_t>(SystemClock().now().ms);
  LoadRun run(std::move(config), std::move(*target));
  if (auto done = run.run(*warm_up, *duration, *age, rate, *every); !done) {
    return fail(done.error().detail, 1);
  }
  run.report();
  return 0;
}

}  // namespace

void add_load_command(CommandLine& line) {
  auto config = std::make_shared<LoadConfig>();
  auto mode = std::make_shared<std::string>("ws");
  Command load = line.add("load", "Send generated traffic and measure the answers");
  load.option("--to", config->to, "Server, on a loopback address").shows_default();
  load.option("--mode", *mode, "pixel, post, ws, or decide (GET /v1/decide, no events)")
      .one_of({std::begin(kModeNames), std::end(kModeNames)});
  load.option("--rate", config->rate, "Events a second, or max").shows_default();
  load.option("--connections", config->connections, "Connections")
      .between(1, 20'000)
      .shows_default();
  load.option("--frame", config->frame, "Events a frame or body")
      .between(1, 10'000)
      .shows_default();
  load.option("--in-flight", config->in_flight,
              "Unanswered requests a connection may have (pipelining); default 1, ws 4")
      .between(1, 64);
  load.option("--duration", config->duration, "Measured time").shows_default();
  load.option("--warmup", config->warm_up, "Time before it, not counted").shows_default();
  load.option("--age", config->age, "How long ago the events say they happened").shows_default();
  load.option("--every", config->every, "Also a JSON line of what came so far, so often; 0s: none")
      .shows_default();
  load.flag("--changes", config->changes, "Also measure event -> audience change");
  load.flag("--exits", config->exits, "Also measure how late exits by time are told");
  load.flag("--live-decisions", config->live_decisions, "Also measure event -> decision");
  load.option("--probe-placement", config->probe_placement,
              "Placement whose decisions are followed")
      .shows_default();
  load.option("--exit-audience", config->exit_audience, "Audience the probes leave by time")
      .shows_default();
  load.option("--probe-rate", config->probe_rate, "Probes a second, of each kind").shows_default();
  load.option("--probe-audience", config->probe_audience, "Audience the probes enter")
      .shows_default();
  load.option("--decide-rate", config->decide_rate, "Also ask for decisions, a second")
      .shows_default();
  load.option("--site", config->traffic.site, "Site").shows_default();
  load.option("--visitors", config->traffic.visitors, "Visitors")
      .between(1, 100'000'000)
      .shows_default();
  load.option("--zipf", config->traffic.zipf, "Exponent of their law")
      .between_reals(0.0, 5.0)
      .shows_default();
  load.option("--session-mean", config->traffic.session_mean,
              "Events a session; 3.4 as in REES46's sample (17,435 events, 5,067 sessions)")
      .between_reals(1.0, 1'000.0)
      .shows_default();
  load.flag("--every-visitor-once", config->traffic.every_visitor_once,
            "One session of each visitor, then stop");
  load.flag("--json", config->json, "One JSON object");
  load.footer(kFooter);
  load.runs([config, mode] {
    config->mode = mode_of(*mode);
    return run_load(*config);
  });
}

}  // namespace rekindle::cli
