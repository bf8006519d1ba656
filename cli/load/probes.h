// The events that measure event → audience change: each makes a new visitor enter one audience, and
// carries its number in the visitor's name. Where the feed also tells of an audience that they
// leave by time alone, how late that is told is measured too.
//
// Thread: the load run's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/histogram.h"
#include "cli/load/connection.h"

namespace rekindle::cli {

class Probes {
 public:
  Probes(std::string site, const std::string& run);

  // Appends the next probe's frame; it was due at `due_ns` (monotonic).
  void send(Connection& connection, int64_t due_ns);
  // Looks in a frame of the feed for probes' visitors. `wall_ms`: the same instant by the calendar.
  void received(std::string_view message, int64_t now_ns, int64_t wall_ms);

  [[nodiscard]] size_t sent() const { return x_due.size(); }
  [[nodiscard]] size_t missing() const {
    return x_due.size() - x_seen;
  }  // their change not yet seen

  Histogram latency;   // from due to received
  Histogram lateness;  // of exits by time alone: from the instant they name to received

 private:
  void left(std::string_view change, int64_t wall_ms);

  std::string x_site;
  std::string x_prefix;
  std::string x_quoted;
  std::string x_message;
  std::vector<int64_t> x_due;  // by number; 0: its change was seen
  size_t x_seen = 0;
};

}  // namespace rekindle::cli
