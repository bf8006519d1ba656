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

class Checkpointer {
 public:
  struct Environment {
    const EngineConfig& config;
    Log& log;
    const Clock& clock;
    BackgroundWriter& writer;
    ShardCounters& counters;
    Doorbell& bell;          // rung when a checkpoint is written
    size_t cache_bytes_max;  // this shard's share
  };
  Checkpointer(const Environment& environment,
               const std::vector<std::unique_ptr<Partition>>& partitions);
  ~Checkpointer();

  // A slice of work between two batches. True when there is more to do right away. Errors: those of
  // the background writer's failed writes.
  [[nodiscard]] Result<bool> step();
  // Checkpoints every partition and waits until all is written.
  [[nodiscard]] Result<void> finish_all();

 private:
  struct Flight;  // a checkpoint at the background writer
  struct Mark {   // how far a partition's log was checkpointed, and when
    uint64_t position;
    WallTime at;
  };

  static constexpr size_t kNone = SIZE_MAX;
  [[nodiscard]] size_t next_due();  // index of a partition, or kNone
  [[nodiscard]] Result<void> collect();
  void hand_over(size_t partition);
  void mark(size_t partition);
  void trim();
  void make_room();

  Environment x_env;
  const std::vector<std::unique_ptr<Partition>>& x_partitions;
  size_t x_encoding = kNone;
  std::vector<std::unique_ptr<Flight>> x_flights;
  std::vector<std::deque<Mark>> x_marks;  // by partition, oldest first
  WallTime x_trimmed_at;
  size_t x_next = 0;       // round robin: where next_due() looks first
  size_t x_next_room = 0;  // … and where make_room() evicts first
};

}  // namespace rekindle
