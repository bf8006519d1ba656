#include "cli/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <memory>

#include "cli/assembly.h"
#include "cli/check.h"
#include "cli/exit_code.h"
#include "cli/progress.h"
#include "core/operators_cache.h"
#include "core/partition.h"
#include "core/state_format.h"
#include "core/visitor_format.h"
#include "state/memory_state_store.h"
#include "state/rocks_log.h"
#include "state/rocks_state_store.h"
#include "state/store_directory.h"

namespace rekindle::cli {
namespace {

constexpr size_t kDifferencesShown = 10;
// Each group reads the whole log; its visitors are in memory together.
constexpr uint32_t kPartitionsAtOnce = 16;

struct Verdict {
  uint64_t records = 0;
  uint64_t visitors = 0;
  uint64_t changes = 0;
  uint64_t sessions = 0;
  uint64_t differences = 0;

  void differs(const std::string& what) {
    if (++differences <= kDifferencesShown) fmt::print(stderr, "DIFFERS: {}\n", what);
  }
};

struct StoredStore {
  std::unique_ptr<state::StoreDirectory> directory;
  std::unique_ptr<Log> log;
  std::unique_ptr<StateStore> state;
};

Result<StoredStore> open_store(const Config& config) {
  StoredStore store;
  auto directory = state::StoreDirectory::open(config.directory,
                                               {config.engine.partitions, config.engine.clock});
  if (!directory) return directory.error();
  store.directory = std::move(*directory);
  auto log = state::RocksLog::open(store.directory->log_path(), config.rocks_log);
  if (!log) return log.error();
  store.log = std::move(*log);
  auto state = state::RocksStateStore::open(store.directory->state_path(), config.rocks_state);
  if (!state) return state.error();
  store.state = std::move(*state);
  return store;
}

// One stream of effects as the log has it, taken off its front as the replay produces it again.
class StoredEffects {
 public:
  void add(uint64_t first_seq, std::string_view value) { x_values.emplace_back(first_seq, value); }
  // True when the next stored value is exactly this one.
  [[nodiscard]] bool take(uint64_t first_seq, std::string_view value) {
    if (x_values.empty()) return false;
    const bool same = x_values.front().first == first_seq && x_values.front().second == value;
    x_values.pop_front();
    return same;
  }
  [[nodiscard]] size_t left() const { return x_values.size(); }

 private:
  std::deque<std::pair<uint64_t, std::string>> x_values;
};

// Replays one partition from its first record and compares.
class PartitionProof {
 public:
  PartitionProof(PartitionId id, StoredStore& stored, const Sites& sites, OperatorsCache& operators,
                 Verdict& verdict)
      : x_id(id),
        x_stored(stored),
        x_operators(operators),
        x_verdict(verdict),
        x_partition(id, Partition::Environment{x_memory, sites, x_counters}) {}

  Result<void> begin() {
    if (auto loaded = load(); !loaded) return loaded;
    return x_checkpoint.position == 0 ? compare_state() : Result<void>();
  }

  // The next record of this partition.
  Result<void> replay(uint64_t position, std::string_view record) {
    if (x_replayed == 0 && position != 1) {
      return Error{ErrorCode::kNotFound,
                   where("has an event log that begins at " + std::to_string(position) +
                         "; the part before it was let go (store.log_retention)")};
    }
    if (auto done = x_partition.replay(position, record, x_operators); !done) return done;
    x_replayed = position;
    ++x_verdict.records;
    compare_effects(position);
    return position == x_checkpoint.position ? compare_state() : Result<void>();
  }

  void end() {
    if (x_replayed < x_checkpoint.position) {
      x_verdict.differs(where("was saved at a position its log does not reach"));
    }
    if (x_changes.left() + x_sessions.left() > 0) {
      x_verdict.differs(where("has stored changes or sessions that no event causes"));
    }
  }

 private:
  [[nodiscard]] std::string where(const std::string& what) const {
    return fmt::format("partition {} {}", to_index(x_id), what);
  }

  Result<void> load() {
    auto changes = x_stored.log->read_changes(x_id, 0, [&](uint64_t first, std::string_view value) {
      x_changes.add(first, value);
      return true;
    });
    if (!changes) return changes;
    auto sessions =
        x_stored.log->read_sessions(x_id, 0, [&](uint64_t first, std::string_view value) {
          x_sessions.add(first, value);
          return true;
        });
    if (!sessions) return sessions;
    std::string row;
    state_format::append_partition_row(x_id, 'c', row);
    const std::string_view keys[] = {row};
    Result<PartitionCheckpoint> checkpoint = PartitionCheckpoint{};
    auto found = x_stored.state->multi_get(
        Table::kPartitions, keys,
        [&](size_t, std::string_view value) { checkpoint = decode_checkpoint(value); });
    if (!found) return found;
    if (!checkpoint) return checkpoint.error();
    x_checkpoint = *checkpoint;
    if (auto fresh = x_partition.load(); !fresh) return fresh;
    return x_partition.use(x_operators);
  }

  void compare_effects(uint64_t position) {
    const PartitionAppend& again = x_partition.replayed();
    if (!again.changes.empty()) {
      ++x_verdict.changes;
      if (!x_changes.take(again.first_change, again.changes)) {
        x_verdict.differs(where(fmt::format("change log, record {}", position)));
      }
    }
    if (!again.sessions.empty()) {
      ++x_verdict.sessions;
      if (!x_sessions.take(again.first_session, again.sessions)) {
        x_verdict.differs(where(fmt::format("session log, record {}", position)));
      }
    }
  }

  // At the position where the store was saved: every visitor, byte by byte.
  Result<void> compare_state() {
    if (!(x_partition.state() == x_checkpoint)) {
      x_verdict.differs(where("has other counters than saved"));
    }
    uint64_t rows = 0;
    std::string begin;
    state_format::append_partition(x_id, begin);
    Result<void> outcome;
    auto scanned = x_stored.state->scan(
        Table::kVisitors, begin, state_format::partition_end(x_id),
        [&](std::string_view key, std::string_view value) {
          ++rows;
          const VisitorKey visitor = state_format::visitor_of(key);
          auto cached = x_partition.find(visitor);
          if (!cached) return outcome = cached.error(), false;
          x_bytes.clear();
          if (*cached != nullptr) encode_visitor((*cached)->visitor, x_bytes);
          if (x_bytes != value) {
            x_verdict.differs(
                where(fmt::format("visitor {:016x}{:016x}", visitor.high, visitor.low)));
          }
          return true;
        });
    if (!scanned) return scanned;
    if (!outcome) return outcome;
    if (auto compared = compare_insights(); !compared) return compared;
    x_verdict.visitors += rows;
    if (rows != x_partition.state().next_number) {
      x_verdict.differs(where(fmt::format("has {} visitors saved, {} in its log", rows,
                                          x_partition.state().next_number)));
    }
    return {};
  }

  // Rank boundaries and models; a partition that never had any has no row.
  Result<void> compare_insights() {
    std::string row;
    state_format::append_partition_row(x_id, 'i', row);
    const std::string_view keys[] = {row};
    x_bytes.clear();
    encode_insights(x_partition.insights().sites(), x_bytes);
    return x_stored.state->multi_get(Table::kPartitions, keys, [&](size_t, std::string_view value) {
      if (value != x_bytes) x_verdict.differs(where("has other ranks or models than saved"));
    });
  }

  PartitionId x_id;
  StoredStore& x_stored;
  OperatorsCache& x_operators;
  Verdict& x_verdict;
  state::MemoryStateStore x_memory;
  ShardCounters x_counters;
  Partition x_partition;
  PartitionCheckpoint x_checkpoint;
  StoredEffects x_changes;
  StoredEffects x_sessions;
  uint64_t x_replayed = 0;  // position of the last record
  std::string x_bytes;
};

// Partitions first … last − 1, in one reading of the log.
Result<void> verify_some(uint32_t first, uint32_t last, StoredStore& stored, const Sites& sites,
                         OperatorsCache& operators, Verdict& verdict) {
  std::vector<std::unique_ptr<PartitionProof>> proofs;
  std::vector<LogPosition> after;
  for (uint32_t p = first; p < last; ++p) {
    const PartitionId id{static_cast<uint16_t>(p)};
    after.push_back({id, 0});
    proofs.push_back(std::make_unique<PartitionProof>(id, stored, sites, operators, verdict));
    if (auto begun = proofs.back()->begin(); !begun) return begun;
  }
  Result<void> outcome;
  auto read = stored.log->read_events(
      after, [&](PartitionId id, uint64_t position, std::string_view record) {
        outcome = proofs[to_index(id) - first]->replay(position, record);
        return outcome.has_value();
      });
  if (!read) return read;
  if (!outcome) return outcome;
  for (const auto& proof : proofs) proof->end();
  return {};
}

Result<Verdict> verify(const Config& config) {
  auto stored = open_store(config);
  if (!stored) return stored.error();
  const Sites sites = sites_of(config);
  const MakeOperators make = make_operators;
  OperatorsCache operators(make);
  Verdict verdict;
  Progress progress("verifying", "log records");
  const uint32_t partitions = stored->directory->facts().partitions;
  for (uint32_t first = 0; first < partitions; first += kPartitionsAtOnce) {
    const uint32_t last = std::min(first + kPartitionsAtOnce, partitions);
    auto proved = verify_some(first, last, *stored, sites, operators, verdict);
    if (!proved) return proved.error();
    progress.update(verdict.records, static_cast<double>(last) / partitions);
  }
  progress.finish(verdict.records);
  return verdict;
}

int run_verify(const std::string& path, const std::string& data) {
  auto config = read_config(path);
  if (!config) return kExitUsage;
  if (!data.empty()) config->directory = data;
  const auto verdict = verify(*config);
  if (!verdict) {
    fmt::print(stderr, "rekindle verify: {}\n", to_string(verdict.error()));
    return exit_code_of(verdict.error().code);
  }
  fmt::print("replayed {} log records: {} visitors, {} change values, {} session values compared\n",
             verdict->records, verdict->visitors, verdict->changes, verdict->sessions);
  fmt::print("{}\n", verdict->differences == 0
                         ? "the store is exactly what its log says"
                         : fmt::format("{} differences", verdict->differences));
  return verdict->differences == 0 ? kExitOk : kExitFailure;
}

}  // namespace

void add_verify_command(CommandLine& line) {
  auto config = std::make_shared<std::string>();
  auto data = std::make_shared<std::string>();
  Command verify = line.add("verify", "Prove that the stored state is what the log says");
  verify.option("--config", *config, "Configuration (YAML)").required();
  verify.option("--data", *data, "Store directory, instead of the configured one");
  verify.footer(
      "Replays the whole event log from its first record, in memory, and compares every visitor's\n"
      "bytes, every audience change and every session with what is stored. No server may have the\n"
      "store open, and the event log must not have been trimmed.\n\n"
      "Example:\n  rekindle verify --config configs/rekindle.yaml");
  verify.runs([config, data] { return run_verify(*config, *data); });
}

}  // namespace rekindle::cli
