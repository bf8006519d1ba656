#include "cli/load/load_run.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <cstdio>
#include <string_view>
#include <utility>

#include "core/clock.h"

namespace rekindle::cli {
namespace {

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

std::string json_of(const Histogram& latency) {
  const auto us = [&](double percent) {
    return static_cast<double>(latency.percentile(percent)) / 1e3;
  };
  return fmt::format(
      R"({{"samples":{},"p50_us":{:.1f},"p90_us":{:.1f},"p99_us":{:.1f},"p999_us":{:.1f},)"
      R"("max_us":{:.1f}}})",
      latency.count(), us(50), us(90), us(99), us(99.9), us(100));
}

}  // namespace

void LoadRun::Measured::add(const Measured& other) {
  answers.add(other.answers);
  decisions.add(other.decisions);
  changes.add(other.changes);
  exits.add(other.exits);
  visible.add(other.visible);
}

LoadRun::Measured LoadRun::take_measured() {
  Measured taken;
  taken.answers = x_driver.take_latency(0);
  if (x_config.decide_rate > 0) taken.decisions = x_driver.take_latency(1);
  taken.changes = std::exchange(x_probes.latency, Histogram());
  taken.exits = std::exchange(x_probes.lateness, Histogram());
  taken.visible = std::exchange(x_decision_probes.latency, Histogram());
  return taken;
}

Result<void> LoadRun::run(Duration warm_up, Duration duration, Duration age, double rate,
                          Duration every) {
  if (age.ms > 0) x_at = std::to_string(SystemClock().now().ms - age.ms);
  if (auto added = add_main(rate); !added) return added;
  if (x_config.decide_rate > 0) {
    if (auto added = add_decide(); !added) return added;
  }
  if (x_config.changes) {
    if (auto added = add_probes(); !added) return added;
  }
  if (x_config.live_decisions) {
    if (auto added = add_decision_probes(); !added) return added;
  }
  if (every.ms > 0) x_driver.report_every(every, [this] { report_interval(); });
  if (x_config.changes) x_driver.also_wait([this] { return x_probes.missing() > 0; });
  CpuTime before = CpuTime::now();
  auto ran = x_driver.run(warm_up, duration, [&] {
    before = CpuTime::now();
    take_measured();
  });
  x_cpu_seconds = CpuTime::now().seconds - before.seconds;
  x_measured.add(take_measured());
  return ran;
}

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
  if (x_config.mode == LoadMode::kDecide) return compose_decide(connection);
  std::string& out = connection.out();
  if (x_config.mode == LoadMode::kPixel) {
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
  if (x_config.mode == LoadMode::kWs) {
    connection.append_message(x_body);
  } else {
    out.append("POST /v1/events HTTP/1.1\r\nHost: ").append(x_target.host);
    out.append("\r\nContent-Type: application/x-ndjson\r\nContent-Length: ");
    out.append(std::to_string(x_body.size())).append("\r\n\r\n").append(x_body);
  }
  return events;
}

Result<void> LoadRun::add_main(double rate) {
  const bool is_ws = x_config.mode == LoadMode::kWs;
  StreamConfig stream;
  stream.name = "events";
  stream.websocket_path = is_ws ? "/v1/ws" : "";
  const bool is_framed = is_ws || x_config.mode == LoadMode::kPost;
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
  const std::string exits = x_config.exits ? R"(",")" + x_config.exit_audience : std::string();
  return x_driver.add_listener(
      "/v1/ws", R"({"subscribe":{"audiences":[")" + x_config.probe_audience + exits + R"("]}})",
      [this](std::string_view message, int64_t now) {
        x_probes.received(message, now, SystemClock().now().ms);
      });
}

Result<void> LoadRun::add_decision_probes() {
  StreamConfig stream;
  stream.name = "looks";
  stream.websocket_path = "/v1/ws";
  stream.rate = x_config.probe_rate;
  stream.in_flight = 64;
  auto added =
      x_driver.add_stream(stream, [this](Connection& to, int64_t due) -> std::optional<uint32_t> {
        x_decision_probes.send(to, due);
        return 1;
      });
  if (!added) return added;
  return x_driver.add_listener(
      "/v1/ws", x_decision_probes.greeting(),
      [this](std::string_view message, int64_t now) { x_decision_probes.received(message, now); });
}

// What of the latencies is the generator's own.
const Histogram& LoadRun::sent_late() const {
  const size_t probes = x_config.decide_rate > 0 ? 2 : 1;
  return x_driver.result(x_config.changes ? probes : 0).late;
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
  fmt::print("the generator itself used {:.0f} % of a core", 100 * x_cpu_seconds / seconds);
  if (const Histogram& late = sent_late(); late.count() > 0) {
    fmt::print(" and sent 99 % within {:.0f} us of when they were due",
               static_cast<double>(late.percentile(99)) / 1e3);
  }
  fmt::print("\n\nanswers\n{}", x_measured.answers.drawing());
  if (x_config.decide_rate > 0) {
    const StreamResult& decide = x_driver.result(1);
    fmt::print("\ndecisions ({} failed, {} pushed back)\n{}", decide.failed, decide.refused,
               x_measured.decisions.drawing());
  }
  if (x_config.changes) {
    fmt::print("\nevent -> change ({} of {} never came)\n{}", x_probes.missing(), x_probes.sent(),
               x_measured.changes.drawing());
  }
  if (x_config.exits) fmt::print("\nexit due -> told\n{}", x_measured.exits.drawing());
  if (x_config.live_decisions) {
    fmt::print("\nevent -> decision\n{}", x_measured.visible.drawing());
  }
}

std::string LoadRun::optional_json(const Measured& measured) const {
  std::string json;
  if (x_config.decide_rate > 0) json += R"(,"decide":)" + json_of(measured.decisions);
  if (x_config.changes) json += R"(,"change":)" + json_of(measured.changes);
  if (x_config.exits) json += R"(,"exit":)" + json_of(measured.exits);
  if (x_config.live_decisions) json += R"(,"visible":)" + json_of(measured.visible);
  return json;
}

void LoadRun::report_interval() {
  const StreamResult& result = x_driver.result(0);
  const Measured measured = take_measured();
  fmt::print(R"({{"at_ms":{},"events":{},"refused":{},"latency":{}{}}})"
             "\n",
             SystemClock().now().ms, result.events - x_events_before, result.refused,
             json_of(measured.answers), optional_json(measured));
  std::fflush(stdout);
  x_events_before = result.events;
  x_measured.add(measured);
}

void LoadRun::report() {
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
                  result.unanswered, x_cpu_seconds / seconds, json_of(x_measured.answers));
  if (x_config.decide_rate > 0) {
    const StreamResult& decide = x_driver.result(1);
    line +=
        fmt::format(R"(,"decide_failed":{},"decide_refused":{})", decide.failed, decide.refused);
  }
  if (x_config.changes) {
    line += fmt::format(R"(,"probes":{},"probes_missing":{})", x_probes.sent(), x_probes.missing());
  }
  if (const Histogram& late = sent_late(); late.count() > 0) {
    line += R"(,"sent_late":)" + json_of(late);
  }
  fmt::print("{}{}}}\n", line, optional_json(x_measured));
}

}  // namespace rekindle::cli
