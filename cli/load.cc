#include "cli/load.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <iterator>
#include <memory>
#include <string_view>

#include "cli/load/driver.h"
#include "cli/load/traffic.h"
#include "cli/yaml_reader.h"
#include "core/assert.h"
#include "core/clock.h"

namespace rekindle::cli {
namespace {

enum class Mode { kPixel, kPost, kWs, kDecide };
constexpr const char* kModeNames[] = {"pixel", "post", "ws", "decide"};  // in the enum's order

Mode mode_of(std::string_view name) {
  const auto* const found = std::find(std::begin(kModeNames), std::end(kModeNames), name);
  RK_ASSERT(found != std::end(kModeNames));  // the option refuses all others
  return static_cast<Mode>(found - std::begin(kModeNames));
}

struct LoadConfig {
  std::string to = "http://127.0.0.1:8080";
  Mode mode = Mode::kWs;
  std::string rate = "max";  // events a second
  uint32_t connections = 16;
  uint32_t frame = 64;
  uint32_t in_flight = 0;  // 0: 1 for HTTP, 4 for WebSocket
  std::string duration = "20s";
  std::string warm_up = "3s";
  std::string age = "0s";  // of the events
  bool changes = false;
  double probe_rate = 200;
  std::string probe_audience = "load_probe";
  double decide_rate = 0;
  bool json = false;
  TrafficConfig traffic;
};

constexpr const char* kFooter = R"(How it measures:
  With --rate the loop is open: latencies count from the instant a request was due, so waiting
  for a slow server is part of them. With --rate max they count from sending.

  --changes measures event -> audience change: a stream of its own sends, --probe-rate times a
  second, one `sign_up` of a new visitor (one WebSocket frame each), and a second WebSocket
  subscribes to the audience --probe-audience, which must be `did(sign_up, 30d)` or the like. The
  latency runs from the instant the event was due to the instant its change was received.

  --decide-rate sends GET /v1/decide for visitors of the same law, on connections of their own.

Examples:
  rekindle load --mode ws --rate max --frame 64 --duration 20s
  rekindle load --mode pixel --rate 20000 --connections 64
  rekindle load --mode decide --rate 2000
  rekindle load --mode ws --rate 75000 --changes --decide-rate 500 --json
  rekindle load --mode ws --every-visitor-once --visitors 1000000)";

struct CpuTime {
  double seconds = 0;
  static CpuTime now() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto of = [](const timeval& t) {
      return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return {of(usage.ru_utime) + of(usage.ru_stime)};
  }
};

// Instants at which the probes of this run were due, found again by the number in a visitor's name.
class Probes {
 public:
  explicit Probes(const LoadConfig& config, const std::string& run)
      : x_site(config.traffic.site), x_prefix("probe-" + run + "-"), x_quoted("\"" + x_prefix) {}

  void send(Connection& connection, int64_t due_ns) {
    x_message.clear();
    fmt::format_to(std::back_inserter(x_message),
                   R"({{"site":"{}","visitor":"{}{}","event_id":"{}{}","type":"sign_up"}})", x_site,
                   x_prefix, x_due.size(), x_prefix, x_due.size());
    connection.append_message(x_message);
    x_due.push_back(due_ns);
  }
  void received(std::string_view message, int64_t now_ns) {
    for (size_t at = message.find(x_quoted); at != std::string_view::npos;
         at = message.find(x_quoted, at)) {
      at += x_quoted.size();
      size_t number = 0;
      std::from_chars(message.data() + at, message.data() + message.size(), number);
      if (number >= x_due.size() || x_due[number] == 0) continue;
      latency.record(now_ns - x_due[number]);
      x_due[number] = 0;  // a change may be mentioned once more
    }
  }
  Histogram latency;

 private:
  std::string x_site;
  std::string x_prefix;
  std::string x_quoted;
  std::string x_message;
  std::vector<int64_t> x_due;
};

// One whole run: the streams, what they send, and what came of it.
class LoadRun {
 public:
  LoadRun(LoadConfig config, Target target)
      : x_config(std::move(config)),
        x_target(std::move(target)),
        x_traffic(x_config.traffic),
        x_probes(x_config, x_config.traffic.run),
        x_driver(x_target) {}

  Result<void> run(Duration warm_up, Duration duration, Duration age, double rate) {
    if (age.ms > 0) x_at = std::to_string(SystemClock().now().ms - age.ms);
    if (auto added = add_main(rate); !added) return added;
    if (x_config.decide_rate > 0) {
      if (auto added = add_decide(); !added) return added;
    }
    if (x_config.changes) {
      if (auto added = add_probes(); !added) return added;
    }
    CpuTime before = CpuTime::now();
    auto ran = x_driver.run(warm_up, duration, [&] {
      before = CpuTime::now();
      x_probes.latency.clear();
    });
    x_cpu_seconds = CpuTime::now().seconds - before.seconds;
    return ran;
  }
  void report() const;

 private:
  Result<void> add_main(double rate);
  Result<void> add_decide();
  Result<void> add_probes();
  std::optional<uint32_t> compose(Connection& connection);
  bool append_event();
  uint32_t compose_decide(Connection& connection);
  void report_text() const;

  LoadConfig x_config;
  Target x_target;
  Traffic x_traffic;
  Probes x_probes;
  Driver x_driver;
  std::string x_body;
  std::string x_at;  // what the events say of their time; empty: nothing
  double x_cpu_seconds = 0;
};

// GET /v1/decide for a visitor drawn like those of the events.
uint32_t LoadRun::compose_decide(Connection& connection) {
  std::string& out = connection.out();
  out.append("GET /v1/decide?n=3&placement=load&site=").append(x_config.traffic.site);
  out += "&visitor=";
  x_traffic.append_visitor(out);
  out.append(" HTTP/1.1\r\nHost: ").append(x_target.host).append("\r\n\r\n");
  return 0;
}

bool LoadRun::append_event() {
  if (!x_traffic.append_json(x_body)) return false;
  if (!x_at.empty()) {
    x_body.back() = ',';  // in place of the closing bracket
    x_body.append(R"("at":)").append(x_at).append("}");
  }
  return true;
}

std::optional<uint32_t> LoadRun::compose(Connection& connection) {
  if (x_config.mode == Mode::kDecide) return compose_decide(connection);
  std::string& out = connection.out();
  if (x_config.mode == Mode::kPixel) {
    const size_t before = out.size();
    out += "GET ";
    if (!x_traffic.append_pixel(out)) {
      out.resize(before);
      return std::nullopt;
    }
    if (!x_at.empty()) out.append("&t=").append(x_at);
    out.append(" HTTP/1.1\r\nHost: ").append(x_target.host).append("\r\n\r\n");
    return 1;
  }
  x_body.clear();
  uint32_t events = 0;
  for (; events < x_config.frame && append_event(); ++events) x_body += '\n';
  if (events == 0) return std::nullopt;
  if (x_config.mode == Mode::kWs) {
    connection.append_message(x_body);
  } else {
    out.append("POST /v1/events HTTP/1.1\r\nHost: ").append(x_target.host);
    out.append("\r\nContent-Type: application/x-ndjson\r\nContent-Length: ");
    out.append(std::to_string(x_body.size())).append("\r\n\r\n").append(x_body);
  }
  return events;
}

Result<void> LoadRun::add_main(double rate) {
  const bool is_ws = x_config.mode == Mode::kWs;
  StreamConfig stream;
  stream.name = "events";
  stream.websocket_path = is_ws ? "/v1/ws" : "";
  const bool is_framed = is_ws || x_config.mode == Mode::kPost;
  stream.rate = rate / (is_framed ? x_config.frame : 1);
  stream.connections = x_config.connections;
  stream.in_flight = x_config.in_flight > 0 ? x_config.in_flight : is_ws ? 4 : 1;
  return x_driver.add_stream(stream, [this](Connection& to, int64_t) { return this->compose(to); });
}

Result<void> LoadRun::add_decide() {
  StreamConfig stream;
  stream.name = "decide";
  stream.rate = x_config.decide_rate;
  stream.connections = 8;
  return x_driver.add_stream(stream,
                             [this](Connection& to, int64_t) { return compose_decide(to); });
}

Result<void> LoadRun::add_probes() {
  StreamConfig stream;
  stream.name = "probes";
  stream.websocket_path = "/v1/ws";
  stream.rate = x_config.probe_rate;
  stream.in_flight = 64;
  auto added =
      x_driver.add_stream(stream, [this](Connection& to, int64_t due) -> std::optional<uint32_t> {
        x_probes.send(to, due);
        return 1;
      });
  if (!added) return added;
  return x_driver.add_listener(
      "/v1/ws", R"({"subscribe":{"audiences":[")" + x_config.probe_audience + R"("]}})",
      [this](std::string_view message, int64_t now) { x_probes.received(message, now); });
}

std::string json_of(const Histogram& latency) {
  const auto us = [&](double percent) {
    return static_cast<double>(latency.percentile(percent)) / 1e3;
  };
  return fmt::format(
      R"({{"samples":{},"p50_us":{:.1f},"p90_us":{:.1f},"p99_us":{:.1f},"p999_us":{:.1f},)"
      R"("max_us":{:.1f}}})",
      latency.count(), us(50), us(90), us(99), us(99.9), us(100));
}

void LoadRun::report_text() const {
  const StreamResult& result = x_driver.result(0);
  const double seconds = x_driver.measured_seconds();
  fmt::print("{:.0f} events/s in {:.0f} requests/s over {:.1f} s\n",
             static_cast<double>(result.events_in_time) / seconds,
             static_cast<double>(result.requests_in_time) / seconds, seconds);
  fmt::print("accepted {}, duplicates {}, rejected {}; pushed back {}, failed {}, unanswered {}\n",
             result.accepted, result.duplicates,
             result.events - result.accepted - result.duplicates, result.refused, result.failed,
             result.unanswered);
  fmt::print("the generator itself used {:.0f} % of a core\n\nanswers\n{}",
             100 * x_cpu_seconds / seconds, result.latency.drawing());
  if (x_config.decide_rate > 0) {
    const StreamResult& decide = x_driver.result(1);
    fmt::print("\ndecisions ({} failed, {} pushed back)\n{}", decide.failed, decide.refused,
               decide.latency.drawing());
  }
  if (x_config.changes) fmt::print("\nevent -> change\n{}", x_probes.latency.drawing());
}

void LoadRun::report() const {
  if (!x_config.json) return report_text();
  const StreamResult& result = x_driver.result(0);
  const double seconds = x_driver.measured_seconds();
  std::string line =
      fmt::format(R"({{"events_per_s":{:.0f},"requests_per_s":{:.0f},"seconds":{:.2f},"events":{},)"
                  R"("accepted":{},"duplicates":{},"refused":{},"failed":{},"unanswered":{},)"
                  R"("own_cpu_share":{:.3f},"latency":{})",
                  static_cast<double>(result.events_in_time) / seconds,
                  static_cast<double>(result.requests_in_time) / seconds, seconds, result.events,
                  result.accepted, result.duplicates, result.refused, result.failed,
                  result.unanswered, x_cpu_seconds / seconds, json_of(result.latency));
  if (x_config.decide_rate > 0) {
    const StreamResult& decide = x_driver.result(1);
    line += fmt::format(R"(,"decide":{},"decide_failed":{},"decide_refused":{})",
                        json_of(decide.latency), decide.failed, decide.refused);
  }
  if (x_config.changes) line += R"(,"change":)" + json_of(x_probes.latency);
  fmt::print("{}}}\n", line);
}

int run_load(LoadConfig config) {
  const auto fail = [](const std::string& why, int code) {
    fmt::print(stderr, "rekindle load: {}\n", why);
    return code;
  };
  const auto duration = parse_duration(config.duration);
  const auto warm_up = parse_duration(config.warm_up);
  const auto age = parse_duration(config.age);
  if (!duration || !warm_up || !age) return fail("durations look like 20s or 2m", 2);
  double rate = 0;
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
  if (auto done = run.run(*warm_up, *duration, *age, rate); !done) {
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
  load.flag("--changes", config->changes, "Also measure event -> audience change");
  load.option("--probe-rate", config->probe_rate, "Changes a second").shows_default();
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
