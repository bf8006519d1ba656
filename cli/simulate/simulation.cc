#include "cli/simulate/simulation.h"

#include <fmt/format.h>

#include <memory>

#include "cli/simulate/observer.h"
#include "core/bytes.h"
#include "core/change.h"
#include "core/log_format.h"
#include "core/operators_cache.h"
#include "core/partition.h"
#include "core/shard_counters.h"
#include "state/memory_state_store.h"

namespace rekindle::cli {
namespace {

constexpr Duration kPublishEvery = minutes(1);  // of the log's time: what the target has learnt

class Run {
 public:
  Run(const SimulatedLog& from, Decider& target, const SimulationOptions& options)
      : x_from(from),
        x_world{target,       x_tallies, Outcomes(options.window), options.seed, options.site,
                options.from, options.to},
        x_make([this](const Rules& rules) { return make_observed_operators(rules, x_world); }),
        x_operators(x_make) {}

  Result<void> go(absl::FunctionRef<void(uint64_t, uint64_t)> on_progress) {
    std::vector<LogPosition> after;
    uint64_t all = 0;
    for (uint32_t p = 0; p < x_from.partitions; ++p) {
      const PartitionId id{static_cast<uint16_t>(p)};
      after.push_back({id, 0});
      const auto end = x_from.log.end(id);
      if (!end) return end.error();
      all += *end;
      x_partitions.push_back(std::make_unique<Replayed>(id, x_from.sites));
      if (auto loaded = x_partitions.back()->partition.load(); !loaded) return loaded;
      if (auto used = x_partitions.back()->partition.use(x_operators); !used) return used;
    }
    Result<void> outcome;
    auto read = x_from.log.read_events(
        after, [&](PartitionId id, uint64_t position, std::string_view record) {
          outcome = take(id, position, record);
          on_progress(++x_records, all);
          return outcome.has_value();
        });
    return read ? outcome : read;
  }

  Simulation result() {
    Simulation result{x_world.outcomes.rows(), {}, x_records, x_world.without_chance};
    result.placements.resize(x_world.placements.size());
    for (const auto& [name, number] : x_world.placements) result.placements[number] = name;
    return result;
  }

 private:
  struct Replayed {
    Replayed(PartitionId id, const Sites& sites) : partition(id, {store, sites, counters}) {}
    state::MemoryStateStore store;
    ShardCounters counters;
    Partition partition;
  };

  Result<void> take(PartitionId id, uint64_t position, std::string_view record) {
    Partition& partition = x_partitions[to_index(id)]->partition;
    if (partition.state().position == 0 && position != 1) {
      return Error{ErrorCode::kNotFound,
                   fmt::format("partition {} has an event log that begins at {}; the part before "
                               "it was let go (store.log_retention)",
                               to_index(id), position)};
    }
    if (auto done = partition.replay(position, record, x_operators); !done) return done;
    partition.hand_over_tallies(x_tallies);
    for (const auto& [key, amount] : x_world.reservations) x_tallies.add(key, amount);
    x_world.reservations.clear();
    adopt(partition.rules());
    return learn(partition.replayed().sessions, partition.clock());
  }

  // Offers name audiences as they are in force.
  void adopt(const Rules& rules) {
    if (rules.version <= x_rules_version) return;
    x_rules_version = rules.version;
    x_world.target.adopt(rules);
  }

  Result<void> learn(std::string_view sessions, EventTime now) {
    if (!sessions.empty()) {
      std::string_view content;
      const auto count = read_effects_header(sessions, content);
      if (!count) return count.error();
      ByteReader reader(content);
      ClosedSession session;
      for (uint32_t i = 0; i < *count; ++i) {
        if (!read_session(reader, session)) return Error{ErrorCode::kCorruptRecord, "a session"};
        x_world.target.learn(session);
      }
    }
    if (now < x_published_at + kPublishEvery) return {};
    x_published_at = now;
    x_world.target.publish();
    return {};
  }

  const SimulatedLog& x_from;
  Tallies x_tallies;
  SimulatedWorld x_world;
  const MakeOperators x_make;
  OperatorsCache x_operators;
  std::vector<std::unique_ptr<Replayed>> x_partitions;
  uint64_t x_records = 0;
  uint32_t x_rules_version = 0;
  EventTime x_published_at = EventTime{0};
};

}  // namespace

Result<Simulation> simulate(const SimulatedLog& from, Decider& target,
                            const SimulationOptions& options,
                            absl::FunctionRef<void(uint64_t, uint64_t)> on_progress) {
  Run run(from, target, options);
  if (auto done = run.go(on_progress); !done) return done.error();
  return run.result();
}

}  // namespace rekindle::cli
