#include "cli/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <memory>
#include <thread>

#include "cli/check.h"
#include "cli/exit_code.h"
#include "cli/presets/preset.h"
#include "cli/progress.h"
#include "cli/replay/sink.h"
#include "core/clock.h"
#include "core/time_text.h"

namespace rekindle::cli {
namespace {

constexpr const char* kFooter =
    R"(Files may be compressed (zstd, gzip). Several are sent one after the other.

--shift-to moves all times by the same amount, so that the newest event happens then: a history
that ends now can be continued by live traffic. The server must run on the events clock for old
events to keep their times; --then-clock wall hands over to the wall clock at the end.

Examples:
  rekindle replay data/uci_online_retail.csv.zst --preset uci --site shop --shift-to now
  rekindle replay 2019-Oct.csv --preset rees46 --to http://127.0.0.1:8080/v1/events
  rekindle replay a.ndjson b.ndjson --speed 3600
  rekindle replay old.ndjson --direct rekindle-data --config rekindle.yaml)";

struct ReplayOptions {
  std::vector<std::string> files;
  std::string preset;  // empty: told by each file's first line
  std::string to = "ws://127.0.0.1:8080/v1/ws";
  std::string direct;  // a store's directory; empty: send to `to`
  std::string config;
  std::string site;
  std::string shift_to;
  std::string speed = "max";
  std::string then_clock;
  uint32_t frame = 64;
  uint64_t limit = 0;  // 0: none
  bool json = false;
};

Result<const Preset*> preset_of(const ReplayOptions& options, const std::string& file) {
  if (options.preset.empty()) return find_preset_of(file);
  return find_preset(options.preset);
}

// Holds events back so that history passes `speed` times as fast as it happened.
class Pace {
 public:
  explicit Pace(double speed) : x_speed(speed) {}
  // True when the event's time has not come yet; how long to wait is in `wait_ns`.
  bool is_early(int64_t at_ms, int64_t& wait_ns) {
    if (x_speed <= 0) return false;
    const int64_t now = monotonic_ns();
    if (x_start_ns == 0) {
      x_start_ns = now;
      x_first_ms = at_ms;
    }
    const double after = static_cast<double>(at_ms - x_first_ms) * 1e6 / x_speed;
    wait_ns = x_start_ns + static_cast<int64_t>(after) - now;
    return wait_ns > 0;
  }

 private:
  double x_speed;
  int64_t x_start_ns = 0;
  int64_t x_first_ms = 0;
};

class Replay {
 public:
  Replay(ReplayOptions options, double speed, int64_t shift_ms)
      : x_options(std::move(options)), x_pace(speed), x_shift_ms(shift_ms) {}

  Result<void> run(ReplaySink& sink) {
    Progress progress("replaying", "events");
    for (size_t i = 0; i < x_options.files.size() && !at_limit(sink); ++i) {
      const auto preset = preset_of(x_options, x_options.files[i]);
      if (!preset) return preset.error();
      auto source = (*preset)->open(x_options.files[i]);
      if (!source) return source.error();
      if (auto sent = send_all(**source, i, sink, progress); !sent) return sent;
      for (const auto& [name, count] : (*source)->counts().listed()) {
        x_read.emplace_back(std::string(name), count);
      }
    }
    auto finished = sink.finish();
    progress.finish(sink.totals().sent);
    return finished;
  }
  void report(const ReplayTotals& totals) const;

 private:
  [[nodiscard]] bool at_limit(const ReplaySink& sink) const {
    return x_options.limit > 0 && sink.totals().sent >= x_options.limit;
  }

  Result<void> send_all(EventSource& source, size_t index, ReplaySink& sink, Progress& progress) {
    SourceEvent event;
    while (!at_limit(sink) && source.next(event)) {
      event.at_ms += x_shift_ms;
      if (!x_options.site.empty()) event.site = x_options.site;
      int64_t wait_ns = 0;
      if (x_pace.is_early(event.at_ms, wait_ns)) {
        std::this_thread::sleep_for(std::chrono::nanoseconds(wait_ns));
      }
      if (auto sent = sink.send(event); !sent) return sent;
      const auto files = static_cast<double>(x_options.files.size());
      progress.update(sink.totals().sent, (static_cast<double>(index) + source.progress()) / files);
    }
    if (source.error()) return *source.error();
    return {};
  }

  ReplayOptions x_options;
  Pace x_pace;
  int64_t x_shift_ms;
  std::vector<std::pair<std::string, uint64_t>> x_read;
};

void Replay::report(const ReplayTotals& totals) const {
  const auto us = [&](double percent) {
    return static_cast<double>(totals.latency.percentile(percent)) / 1e3;
  };
  if (x_options.json) {
    fmt::print(R"({{"sent":{},"accepted":{},"duplicates":{},"rejected":{},"pushed_back":{},)"
               R"("frames":{},"ack_p50_us":{:.1f},"ack_p99_us":{:.1f}}})"
               "\n",
               totals.sent, totals.accepted, totals.duplicates, totals.rejected, totals.pushed_back,
               totals.latency.count(), us(50), us(99));
    return;
  }
  fmt::print("read:");
  for (const auto& [name, count] : x_read) fmt::print(" {} {}", count, name);
  fmt::print("\nsent {}, accepted {}, duplicates {}, rejected {}, pushed back {}\n", totals.sent,
             totals.accepted, totals.duplicates, totals.rejected, totals.pushed_back);
  for (const auto& [reason, count] : totals.reasons) fmt::print("  {} {}\n", count, reason);
  fmt::print("\nsent -> acknowledged, {} frames of {}\n{}", totals.latency.count(), x_options.frame,
             totals.latency.drawing());
}

Result<int64_t> shift_of(const ReplayOptions& options) {
  if (options.shift_to.empty()) return 0;
  int64_t target = SystemClock().now().ms;
  if (options.shift_to != "now") {
    const auto time = parse_time(options.shift_to);
    if (!time) return time.error();
    target = *time;
  }
  int64_t newest = INT64_MIN;
  for (const std::string& file : options.files) {
    const auto preset = preset_of(options, file);
    if (!preset) return preset.error();
    const auto span = time_span_of(**preset, file);
    if (!span) return span.error();
    newest = std::max(newest, span->last_ms);
  }
  return target - newest;
}

Result<double> speed_of(const std::string& text) {
  double speed = 0;
  if (text == "max") return speed;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), speed);
  if (error != std::errc{} || end != text.data() + text.size() || speed <= 0) {
    return Error{ErrorCode::kInvalidArgument, "--speed is a number above 0, or max"};
  }
  return speed;
}

Result<std::unique_ptr<ReplaySink>> open_sink(const ReplayOptions& options) {
  if (options.direct.empty()) {
    const auto url = Url::parse(options.to);
    if (!url) return url.error();
    return open_network_sink(*url, options.frame);
  }
  auto config = read_config(options.config);
  if (!config) return Error{ErrorCode::kInvalidConfiguration, options.config};
  config->directory = options.direct;
  config->engine.clock = ClockMode::kEvents;
  return open_direct_sink(*config, options.frame);
}

Result<void> switch_clock(const ReplayOptions& options) {
  const auto url = Url::parse(options.to);
  if (!url) return url.error();
  auto client = HttpClient::open(*url);
  if (!client) return client.error();
  const auto answer =
      (*client)->post("/v1/clock", "application/json", R"({"mode":")" + options.then_clock + "\"}");
  if (!answer) return answer.error();
  if (answer->status / 100 != 2) {
    return Error{ErrorCode::kMalformedRequest, "POST /v1/clock: " + answer->body};
  }
  return {};
}

Result<void> run_replay(const ReplayOptions& options) {
  const auto speed = speed_of(options.speed);
  if (!speed) return speed.error();
  const auto shift = shift_of(options);
  if (!shift) return shift.error();
  auto sink = open_sink(options);
  if (!sink) return sink.error();
  Replay replay(options, *speed, *shift);
  if (auto ran = replay.run(**sink); !ran) return ran;
  if (!options.then_clock.empty()) {
    if (auto switched = switch_clock(options); !switched) return switched;
  }
  replay.report((*sink)->totals());
  return {};
}

void add_options(Command& replay, ReplayOptions& options) {
  replay.option("files", options.files, "Files to replay").required();
  std::vector<std::string> names;
  for (const Preset& preset : presets()) names.emplace_back(preset.name);
  replay.option("--preset", options.preset, "Layout of the files; told by them when not given")
      .one_of(names);
  const Option to = replay.option("--to", options.to, "Server: ws://…/v1/ws or http://…/v1/events")
                        .shows_default();
  const Option config =
      replay.option("--config", options.config, "Sites and audiences for --direct");
  replay.option("--direct", options.direct, "Write into this store, without a server")
      .excludes(to)
      .needs(config);
  replay.option("--site", options.site, "The site the events belong to");
  replay.option("--shift-to", options.shift_to, "Move times to end at this one, or now");
  replay.option("--speed", options.speed, "Times as fast as it happened, or max").shows_default();
  replay.option("--frame", options.frame, "Events a frame or body")
      .between(1, 10'000)
      .shows_default();
  replay.option("--limit", options.limit, "Stop after so many events");
  replay.option("--then-clock", options.then_clock, "Afterwards set the server's clock")
      .one_of({"wall", "events"});
  replay.flag("--json", options.json, "Report as one JSON object");
  replay.footer(kFooter);
}

}  // namespace

void add_replay_command(CommandLine& line) {
  auto options = std::make_shared<ReplayOptions>();
  Command replay = line.add("replay", "Send the events of files to a server or a store");
  add_options(replay, *options);
  replay.runs([options] {
    const auto ran = run_replay(*options);
    if (ran) return kExitOk;
    fmt::print(stderr, "rekindle replay: {}\n", to_string(ran.error()));
    return exit_code_of(ran.error().code);
  });
}

}  // namespace rekindle::cli
