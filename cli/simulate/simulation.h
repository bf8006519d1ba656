// Replays a store's log from its first record, with a target policy beside it, and collects what
// both would have done and what followed. Visitors' states follow the log. Records are taken in the
// order the log gives them; the embedded one gives them as they were committed. The same log,
// target and seed give the same rows. Thread: one.
#pragma once

#include <absl/functional/function_ref.h>

#include <optional>
#include <string>
#include <vector>

#include "cli/simulate/decision_row.h"
#include "core/decider.h"
#include "core/log.h"
#include "core/site.h"

namespace rekindle::cli {

struct SimulationOptions {
  uint64_t seed = 0;           // of the target's draws; 0: those of the logged decisions
  Duration window = days(7);   // after a decision, in which what follows counts
  std::optional<SiteId> site;  // of this site only
  EventTime from = EventTime::before_all();
  EventTime to = EventTime::never();  // the end excluded
};

struct Simulation {
  std::vector<DecisionRow> rows;        // in the order of the log
  std::vector<std::string> placements;  // by DecisionRow::placement
  uint64_t records = 0;                 // of the log
  uint64_t without_chance = 0;          // decisions left out: they do not say how likely they were
};

// What is read of a log. Visitors are in memory, all of them.
struct SimulatedLog {
  Log& log;
  uint32_t partitions = 0;
  const Sites& sites;
};

// `target` learns from the log's sessions as it goes. `on_progress` is told records done, and in
// all. Errors: kNotFound when the log does not reach back to its first record; those of the log and
// of replay.
[[nodiscard]] Result<Simulation> simulate(const SimulatedLog& from, Decider& target,
                                          const SimulationOptions& options,
                                          absl::FunctionRef<void(uint64_t, uint64_t)> on_progress);

}  // namespace rekindle::cli
