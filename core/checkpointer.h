// Keeps a shard's partitions checkpointed and its memory within budget: starts a checkpoint where
// enough has changed, encodes it in slices between batches, hands it to the background writer, and
// evicts clean visitors when the cache is over its share.
//
// Thread: the shard's.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <vector>

#include "core/background_writer.h"
#include "core/partition.h"

namespace rekindle {

class IdentityThread;
class ModelThread;

class Checkpointer {
 public:
  struct Environment {
    const EngineConfig& config;
    Log& log;
    const StateStore& store;
    const Clock& clock;
    BackgroundWriter& writer;
    ShardCounters& counters;
    Doorbell& bell;            // rung when a checkpoint is written
    const ModelThread* model;  // null: nobody learns from sessions
    const IdentityThread& identity;
    size_t cache_bytes_max;  // this shard's share
  };
  // `partitions` may still be filled, up to config.partitions of them, until the first call.
  Checkpointer(const Environment& environment,
               const std::vector<std::unique_ptr<Partition>>& partitions);
  ~Checkpointer();

  // A slice of work between two batches. True when there is more to do right away. Errors: those of
  // the background writer's failed writes.
  [[nodiscard]] Result<bool> step();
  // True while memory is well over its budget and a checkpoint under way will free some, and while
  // the writer is behind because the store slows it down: no event should be applied until then.
  // Those that come wait in the inbox, and beyond its bound senders are told to wait.
  [[nodiscard]] bool is_full() const { return x_full; }
  // True while the background writer has all it may be behind: work that can wait should.
  [[nodiscard]] bool is_behind() const;
  // Checkpoints this one, by its place among the shard's, as soon as can be.
  void want(size_t partition) { x_overdue[partition] = true; }
  // Checkpoints every partition and waits until all is written.
  [[nodiscard]] Result<void> finish_all();

 private:
  struct Flight;  // a checkpoint at the background writer
  // How far a partition had come, and when.
  struct Mark {
    uint64_t position;  // checkpointed
    WallTime at;
  };
  struct EffectsMark {
    uint64_t change;
    uint64_t session;
    uint64_t claim;
    WallTime at;
  };

  static constexpr size_t kNone = SIZE_MAX;
  [[nodiscard]] size_t next_due();  // index of a partition, or kNone
  [[nodiscard]] Result<void> collect();
  void begin(size_t partition);
  void hand_over(size_t partition);
  void mark(size_t partition);
  void trim();
  [[nodiscard]] LogTrim expired(size_t partition, WallTime now, bool too_large);
  void make_room();
  [[nodiscard]] bool is_due(size_t partition) const;
  void look_for_overdue();

  Environment x_env;
  const std::vector<std::unique_ptr<Partition>>& x_partitions;
  size_t x_encoding = kNone;
  std::vector<std::unique_ptr<Flight>> x_flights;
  std::vector<std::deque<Mark>> x_marks;  // by partition, oldest first
  std::vector<std::deque<EffectsMark>> x_effects_marks;
  std::vector<WallTime> x_changed_at;  // by partition: first change since its last checkpoint
  std::vector<bool> x_overdue;         // by partition: due whatever its numbers are
  WallTime x_looked_at;
  WallTime x_trimmed_at;
  bool x_full = false;
  size_t x_next = 0;       // round robin: where next_due() looks first
  size_t x_next_room = 0;  // … and where make_room() evicts first
};

}  // namespace rekindle
