// One run of `rekindle load`: its streams, what they send, and what came of it.
//
// Thread: the command's. Used by cli/load.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/load/decision_probes.h"
#include "cli/load/driver.h"
#include "cli/load/probes.h"
#include "cli/load/traffic.h"

namespace rekindle::cli {

enum class LoadMode { kPixel, kPost, kWs, kDecide };

struct LoadConfig {
  std::string to = "http://127.0.0.1:8080";
  LoadMode mode = LoadMode::kWs;
  std::string rate = "max";  // events a second
  uint32_t connections = 16;
  uint32_t frame = 64;
  uint32_t in_flight = 0;  // 0: 1 for HTTP, 4 for WebSocket
  std::string duration = "20s";
  std::string warm_up = "3s";
  std::string age = "0s";    // of the events
  std::string every = "0s";  // 0: no reports meanwhile
  bool changes = false;
  bool exits = false;  // with `changes`
  bool live_decisions = false;
  double probe_rate = 200;
  std::string probe_audience = "load_probe";
  std::string exit_audience = "load_exit";
  std::string probe_placement = "load_seen";
  double decide_rate = 0;
  bool json = false;
  TrafficConfig traffic;
};

class LoadRun {
 public:
  LoadRun(LoadConfig config, Target target)
      : x_config(std::move(config)),
        x_target(std::move(target)),
        x_traffic(x_config.traffic),
        x_probes(x_config.traffic.site, x_config.traffic.run),
        x_decision_probes(x_config.traffic.site, x_config.traffic.run, x_config.probe_placement,
                          x_config.traffic.products),
        x_driver(x_target) {}

  // `rate`: events a second; 0: as many as are answered. `age`: how long ago the events say they
  // happened. `every`: so often a line says what was measured since the one before; 0: never.
  // Errors: as Driver's.
  [[nodiscard]] Result<void> run(Duration warm_up, Duration duration, Duration age, double rate,
                                 Duration every);
  void report();  // to standard output, as text or JSON

 private:
  struct Measured {  // latencies
    Histogram answers;
    Histogram decisions;
    Histogram changes;
    Histogram exits;
    Histogram visible;
    void add(const Measured& other);
  };

  Measured take_measured();  // since the last call
  void report_interval();
  [[nodiscard]] std::string optional_json(const Measured& measured) const;
  Result<void> add_main(double rate);
  Result<void> add_decide();
  Result<void> add_probes();
  Result<void> add_decision_probes();
  std::optional<uint32_t> compose(Connection& connection);
  bool append_event();
  uint32_t compose_decide(Connection& connection);
  [[nodiscard]] const Histogram& sent_late() const;
  void report_text() const;

  LoadConfig x_config;
  Target x_target;
  Traffic x_traffic;
  Probes x_probes;
  DecisionProbes x_decision_probes;
  Driver x_driver;
  std::string x_body;
  std::string x_at;  // what the events say of their time; empty: nothing
  double x_cpu_seconds = 0;
  Measured x_measured;           // before the last take_measured()
  uint64_t x_events_before = 0;  // reported of
};

}  // namespace rekindle::cli
