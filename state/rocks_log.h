// The embedded log: one RocksDB with a column family per stream. Opened by the program, appended to
// by shards, read by recovery, the change feed and the model thread. Keys:
// state/rocks_log_format.h.
//
// Thread: as core/log.h says; appends of several shards join RocksDB's group commit. No lock is
// taken for a batch without quarantine entries. Owns: its directory, until destroyed. Errors of
// open: kStoreFailed, kStoreLocked, kCorruptRecord, kDiskFull.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/limits.h"
#include "core/log.h"

namespace rocksdb {
class WriteBatch;
}

namespace rekindle::state {

class RocksDatabase;
class DroppedSegments;

struct RocksLogConfig {
  size_t write_buffer_bytes = 64ULL * 1'024 * 1'024;  // of the event stream; the others take less
  size_t wal_bytes_max = 192ULL * 1'024 * 1'024;      // read back after a kill: about 0.4 s
  // The log grows and leaves in pieces of this size. Smaller: trimming frees disk sooner; larger:
  // fewer places to look into when reading.
  size_t segment_bytes = 256ULL * 1'024 * 1'024;
  size_t quarantine_entries_max = limits::kQuarantineEntriesMax;
};

class RocksLog final : public Log {
 public:
  [[nodiscard]] static Result<std::unique_ptr<RocksLog>> open(const std::string& path,
                                                              const RocksLogConfig& config = {});
  ~RocksLog() override;

  [[nodiscard]] Result<void> append(const LogBatch& batch, Durability durability) override;
  [[nodiscard]] Result<void> sync() override;
  [[nodiscard]] Result<uint64_t> end(PartitionId partition) override;
  [[nodiscard]] Result<void> read_events(PartitionId partition, uint64_t after,
                                         LogVisitor visit) override;
  [[nodiscard]] Result<void> read_changes(PartitionId partition, uint64_t after,
                                          LogVisitor visit) override;
  [[nodiscard]] Result<void> read_sessions(PartitionId partition, uint64_t after,
                                           LogVisitor visit) override;
  [[nodiscard]] Result<std::vector<QuarantineEntry>> read_quarantine(uint64_t after,
                                                                     size_t limit) override;
  // Errors: kNotFound, besides the store's.
  [[nodiscard]] Result<void> remove_quarantine(uint64_t id) override;
  // Lets go of whole segments. Costs some look-ups: meant for every minute, not for every batch.
  [[nodiscard]] Result<void> trim_events(PartitionId partition, uint64_t position) override;
  [[nodiscard]] uint64_t size_bytes() const override;

 private:
  explicit RocksLog(const RocksLogConfig& config);
  [[nodiscard]] Result<void> load_ends();
  [[nodiscard]] Result<void> load_numbers();
  [[nodiscard]] Result<void> load_first_quarantine();
  // Returns the id after the last one given. REQUIRES: x_quarantine is held.
  [[nodiscard]] uint64_t put_quarantine(const LogBatch& batch, rocksdb::WriteBatch& writes);
  [[nodiscard]] Result<void> read_effects(size_t stream, PartitionId partition, uint64_t after,
                                          LogVisitor visit);
  // REQUIRES of both: x_trimming is held.
  [[nodiscard]] Result<bool> is_expired(uint32_t segment);
  [[nodiscard]] Result<void> drop_segments_before(uint32_t kept);
  void count_appended(size_t bytes);

  const RocksLogConfig x_config;
  std::unique_ptr<DroppedSegments> x_dropped;  // knows the first segment that has records
  std::unique_ptr<RocksDatabase> x_database;   // uses x_dropped
  std::vector<std::atomic<uint64_t>> x_ends;   // by partition
  std::atomic<uint32_t> x_segment{1};          // where records go now
  std::atomic<size_t> x_segment_bytes{0};      // appended to the current one since open

  std::mutex x_quarantine;  // guards the ids, and that they are written in order
  uint64_t x_first_quarantine = 1;
  uint64_t x_next_quarantine = 1;

  std::mutex x_trimming;
  std::vector<uint64_t> x_trimmed;  // by partition; since open
  PartitionId x_blocker{};          // whose record keeps the first segment
  uint64_t x_blocker_position = 0;
};

}  // namespace rekindle::state
