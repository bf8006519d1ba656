#include "cli/verify_bytes.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>

#include "cli/assembly.h"
#include "cli/progress.h"
#include "cli/stored_effects.h"
#include "cli/stored_store.h"
#include "core/change.h"
#include "core/insights.h"
#include "core/log_format.h"
#include "core/operators_cache.h"
#include "core/partition.h"
#include "core/state_format.h"
#include "core/visitor_format.h"
#include "state/memory_state_store.h"

namespace rekindle::cli {
namespace {

constexpr size_t kDifferencesShown = 10;
// Each group reads the whole log; its visitors are in memory together.
constexpr uint32_t kPartitionsAtOnce = 16;

// Replays one partition from its first record and compares.
class PartitionProof {
 public:
  PartitionProof(PartitionId id, StoredStore& stored, const Sites& sites, OperatorsCache& operators,
                 BytesVerdict& verdict)
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
      differs(where("was saved at a position its log does not reach"));
    }
    if (x_aligned && (!x_changes.is_taken() || !x_sessions.is_taken() || !x_claims.is_taken())) {
      differs(where("has stored changes, sessions or claims that no event causes"));
    }
    note_begin("change log", x_changes);
    note_begin("session log", x_sessions);
    note_begin("claim log", x_claims);
  }

 private:
  [[nodiscard]] std::string where(const std::string& what) const {
    return fmt::format("partition {} {}", to_index(x_id), what);
  }

  void differs(const std::string& what) {
    if (++x_verdict.differences <= kDifferencesShown) fmt::print(stderr, "DIFFERS: {}\n", what);
  }
  template <typename Effects>
  void note_begin(std::string_view stream, const Effects& effects) {
    if (!effects.missed()) return;
    x_verdict.notes.push_back(
        where(fmt::format("has a {} that begins at {}; the part before it "
                          "was let go (store.log_retention)",
                          stream, effects.begin())));
  }
  template <typename Effects>
  void compare_effect(std::string_view stream, uint64_t position, Effects& effects,
                      uint64_t first_seq, std::string_view value, uint64_t& compared) {
    const auto others = effects.take(first_seq, value);
    if (!others) return;
    ++compared;
    if (*others == 0) return;
    differs(where(fmt::format("{}, record {}", stream, position)));
  }

  Result<void> load() {
    bool whole = true;
    auto changes = x_stored.log->read_changes(x_id, 0, [&](uint64_t first, std::string_view value) {
      return whole = x_changes.add(first, value);
    });
    if (!changes) return changes;
    auto sessions =
        x_stored.log->read_sessions(x_id, 0, [&](uint64_t first, std::string_view value) {
          return whole = x_sessions.add(first, value);
        });
    if (!sessions) return sessions;
    auto claims = x_stored.log->read_claims(x_id, 0, [&](uint64_t first, std::string_view value) {
      return whole = x_claims.add(first, value);
    });
    if (!claims) return claims;
    if (!whole) return Error{ErrorCode::kCorruptRecord, where("has effects that cannot be read")};
    std::string row;
    state_format::append_partition_row(x_id, 'c', row);
    const auto stored = read_row(*x_stored.state, Table::kPartitions, row);
    if (!stored) return stored.error();
    if (*stored) {
      auto checkpoint = decode_checkpoint(**stored);
      if (!checkpoint) return checkpoint.error();
      x_checkpoint = *std::move(checkpoint);
    }
    // An empty stream of a partition that has caused effects was let go as a whole; what it causes
    // after it was saved cannot have been.
    if (x_changes.is_empty()) x_changes.begin_after(x_checkpoint.change_seq);
    if (x_sessions.is_empty()) x_sessions.begin_after(x_checkpoint.session_seq);
    if (x_claims.is_empty()) x_claims.begin_after(x_checkpoint.claim_seq);
    x_aligned = x_checkpoint.erased == 0 ||
                (x_changes.begin() <= 1 && x_sessions.begin() <= 1 && x_claims.begin() <= 1);
    if (!x_aligned) {
      x_verdict.notes.push_back(
          where("has effects that are not compared: how many of those that were let go were of "
                "erased visitors is not known"));
    }
    if (auto fresh = x_partition.load(); !fresh) return fresh;
    return x_partition.use(x_operators);
  }

  void compare_effects(uint64_t position) {
    if (!x_aligned) return;
    const PartitionAppend& again = x_partition.replayed();
    if (!again.changes.empty()) {
      compare_effect("change log", position, x_changes, again.first_change, again.changes,
                     x_verdict.changes);
    }
    if (!again.sessions.empty()) {
      compare_effect("session log", position, x_sessions, again.first_session, again.sessions,
                     x_verdict.sessions);
    }
    if (!again.claims.empty()) {
      compare_effect("claim log", position, x_claims, again.first_claim, again.claims,
                     x_verdict.claims);
    }
  }

  // At the position where the store was saved: every visitor, byte by byte, and however often the
  // row was appended to.
  Result<void> compare_state() {
    // Effects of erased visitors are counted in the checkpoint, and not produced again.
    PartitionCheckpoint again = x_partition.state();
    again.change_seq += x_changes.blank_upto(x_checkpoint.change_seq);
    again.session_seq += x_sessions.blank_upto(x_checkpoint.session_seq);
    again.claim_seq += x_claims.blank_upto(x_checkpoint.claim_seq);
    if (!x_aligned) {
      again.change_seq = x_checkpoint.change_seq;
      again.session_seq = x_checkpoint.session_seq;
      again.claim_seq = x_checkpoint.claim_seq;
    }
    if (!(again == x_checkpoint)) {
      differs(where("has other counters than saved"));
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
          const auto stored = written_whole(value);
          if (!stored) return outcome = stored.error(), false;
          if (x_bytes != *stored) {
            differs(where(fmt::format("visitor {:016x}{:016x}", visitor.high, visitor.low)));
          }
          return true;
        });
    if (!scanned) return scanned;
    if (!outcome) return outcome;
    if (auto compared = compare_insights(); !compared) return compared;
    if (auto compared = compare_tallies(); !compared) return compared;
    x_verdict.visitors += rows;
    const uint64_t living = x_partition.state().next_number - x_partition.state().erased;
    if (rows != living) {
      differs(where(fmt::format("has {} visitors saved, {} in its log", rows, living)));
    }
    return {};
  }

  // Its part of the shared sums; a partition that never had any has no row. What somebody added to
  // them stays when they are erased, for sums name nobody; the log has it no more.
  Result<void> compare_tallies() {
    if (x_checkpoint.erased > 0) return {};
    std::string row;
    state_format::append_partition_row(x_id, 't', row);
    const auto stored = read_row(*x_stored.state, Table::kPartitions, row);
    if (!stored) return stored.error();
    std::string wanted;
    x_partition.encode_tallies(wanted);
    const std::string none(1, '\0');
    if ((*stored ? **stored : none) != wanted) {
      differs(where("has other sums of its offers saved than its log gives"));
    }
    return {};
  }

  // Rank boundaries and models; a partition that never had any has no row.
  Result<void> compare_insights() {
    std::string row;
    state_format::append_partition_row(x_id, 'i', row);
    x_bytes.clear();
    encode_insights(x_partition.insights().sites(), x_bytes);
    const auto stored = read_row(*x_stored.state, Table::kPartitions, row);
    if (!stored) return stored.error();
    if (*stored && **stored != x_bytes) differs(where("has other ranks or models than saved"));
    return {};
  }

  PartitionId x_id;
  StoredStore& x_stored;
  OperatorsCache& x_operators;
  BytesVerdict& x_verdict;
  state::MemoryStateStore x_memory;
  ShardCounters x_counters;
  Partition x_partition;
  PartitionCheckpoint x_checkpoint;
  StoredEffects<Change> x_changes{read_change};
  StoredEffects<ClosedSession> x_sessions{read_session};
  StoredEffects<Claim> x_claims{read_claim};
  bool x_aligned = true;    // replayed effects can be told which stored ones they are
  uint64_t x_replayed = 0;  // position of the last record
  std::string x_bytes;
};

// Partitions first … last − 1, in one reading of the log.
Result<void> verify_some(uint32_t first, uint32_t last, StoredStore& stored, const Sites& sites,
                         OperatorsCache& operators, BytesVerdict& verdict) {
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

}  // namespace

Result<BytesVerdict> verify_bytes(const Config& config) {
  auto stored = open_stored(config);
  if (!stored) return stored.error();
  const Sites sites = sites_of(config);
  const MakeOperators make = make_operators;
  OperatorsCache operators(make);
  BytesVerdict verdict;
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

}  // namespace rekindle::cli
