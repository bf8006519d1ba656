// Sends streams of requests at set rates and measures the answers. One thread, one epoll.
//
// With a rate the loop is open: requests are due at fixed instants whatever the server does, and a
// latency counts from the instant its request was due, so that time spent waiting for a free
// connection is part of it. Without a rate every connection keeps its window full, and a latency
// counts from sending.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/histogram.h"
#include "cli/load/connection.h"
#include "core/time.h"

namespace rekindle::cli {

struct StreamConfig {
  std::string name;
  std::string websocket_path;  // empty: HTTP
  double rate = 0;             // requests a second; 0: as many as the windows let through
  uint32_t connections = 1;
  uint32_t in_flight = 1;  // unanswered requests a connection may have
};

struct StreamResult {
  uint64_t requests = 0;  // answered
  uint64_t refused = 0;   // 429 or 503: the server pushed back
  uint64_t failed = 0;    // any other status that is not 2xx
  uint64_t events = 0;    // in answered requests
  uint64_t accepted = 0;  // of those, by the answers' own count
  uint64_t duplicates = 0;
  uint64_t unanswered = 0;
  uint64_t requests_in_time = 0;  // answered before the measured time was over: for rates
  uint64_t events_in_time = 0;
  Histogram latency;  // of requests that were not refused
  Histogram late;     // with a rate: from when a request was due until it was sent
};

// Appends one request or message to the connection, that was due at the given monotonic instant;
// returns how many events are in it. Nothing: there is no more to send.
using Compose = std::function<std::optional<uint32_t>(Connection&, int64_t due_ns)>;
// A message a listening WebSocket received, and when.
using OnMessage = std::function<void(std::string_view, int64_t received_ns)>;

class Driver {
 public:
  explicit Driver(Target target);
  ~Driver();

  // Errors: connecting failed.
  [[nodiscard]] Result<void> add_stream(StreamConfig config, Compose compose);
  [[nodiscard]] Result<void> add_listener(std::string_view path, std::string_view greeting,
                                          OnMessage on_message);
  // Before run(): called each time so much of the measured time has passed.
  void report_every(Duration every, std::function<void()> report) {
    x_report_every_ns = every.ms * 1'000'000;
    x_report = std::move(report);
  }
  // Before run(): what is sent at its end is waited for while `more` says so, too.
  void also_wait(std::function<bool()> more) { x_also_waits = std::move(more); }
  // Sends for warm-up + duration (or until every stream ends), forgets what it counted during
  // warm-up (`on_warm` is called then), and waits a few seconds for the last answers.
  // Errors: a connection broke.
  [[nodiscard]] Result<void> run(Duration warm_up, Duration duration,
                                 const std::function<void()>& on_warm);

  [[nodiscard]] const StreamResult& result(size_t stream) const;
  // For report_every: so that latencies are those of the time since.
  [[nodiscard]] Histogram take_latency(size_t stream);
  [[nodiscard]] double measured_seconds() const { return static_cast<double>(x_measured_ns) / 1e9; }

 private:
  struct Pending;
  struct Line;
  struct Stream;
  [[nodiscard]] Result<void> watch(Line& line);
  [[nodiscard]] Result<void> send_due(Stream& stream, int64_t now);
  [[nodiscard]] Result<void> flush(Line& line);
  [[nodiscard]] Result<void> receive(Line& line);
  void answered(Line& line, const Connection::Answer& answer, int64_t now);
  [[nodiscard]] Result<void> turn(int64_t until_ns);
  [[nodiscard]] int64_t next_due(int64_t until_ns) const;
  [[nodiscard]] bool has_pending() const;

  Target x_target;
  int x_epoll = -1;
  std::vector<std::unique_ptr<Stream>> x_streams;
  std::vector<std::unique_ptr<Line>> x_lines;
  int64_t x_measured_ns = 0;
  int64_t x_report_every_ns = 0;
  std::function<void()> x_report;      // may be empty
  std::function<bool()> x_also_waits;  // the same
};

// The number behind `"key":` in a small JSON answer; 0 without it.
[[nodiscard]] uint64_t number_after(std::string_view json, std::string_view quoted_key);

}  // namespace rekindle::cli
