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
#include <span>
#include <string>
#include <vector>

#include "core/limits.h"
#include "core/log.h"

namespace rocksdb {
class WriteBatch;
}

namespace rekindle::state {

class RocksDatabase;
class DroppedBatches;
class DroppedEffects;

struct RocksLogConfig {
  size_t write_buffer_bytes = 64ULL * 1'024 * 1'024;  // of the event stream; the others take less
  size_t wal_bytes_max = 192ULL * 1'024 * 1'024;      // read back after a kill: about 0.4 s
  // A mark is set each time so many bytes were appended. Smaller: readers start nearer to what they
  // want; larger: fewer marks (1 KiB each with 64 partitions).
  size_t mark_bytes = 1'024 * 1'024;
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
  [[nodiscard]] Result<void> read_events(std::span<const LogPosition> after,
                                         RecordVisitor visit) override;
  [[nodiscard]] Result<void> read_changes(PartitionId partition, uint64_t after,
                                          LogVisitor visit) override;
  [[nodiscard]] Result<void> read_sessions(PartitionId partition, uint64_t after,
                                           LogVisitor visit) override;
  [[nodiscard]] Result<void> read_claims(PartitionId partition, uint64_t after,
                                         LogVisitor visit) override;
  [[nodiscard]] Result<std::vector<QuarantineEntry>> read_quarantine(uint64_t after,
                                                                     size_t limit) override;
  // Errors: kNotFound, besides the store's.
  [[nodiscard]] Result<void> remove_quarantine(uint64_t id) override;
  // Lets go of the batches before a mark, and of effects. Meant for every minute, not for every
  // batch.
  [[nodiscard]] Result<void> trim(std::span<const LogTrim> upto) override;
  [[nodiscard]] Result<void> rewrite(LogRewriter& rewriter) override;
  [[nodiscard]] uint64_t size_bytes() const override;

 private:
  explicit RocksLog(const RocksLogConfig& config);
  [[nodiscard]] Result<void> load_ends();
  [[nodiscard]] Result<void> load_numbers();
  [[nodiscard]] Result<void> load_first_quarantine();
  // The first batch that may hold a record beyond these positions (by partition; missing: 0).
  [[nodiscard]] Result<uint64_t> first_batch_after(std::span<const uint64_t> positions);
  // Adds the batch's records under the next number, and a mark when it is time.
  void put_events(const LogBatch& batch, rocksdb::WriteBatch& writes);
  [[nodiscard]] std::vector<uint64_t> written_ends() const;
  void put_mark(uint64_t number, const std::vector<uint64_t>& ends,
                rocksdb::WriteBatch& writes) const;
  // Returns the id after the last one given. REQUIRES: x_quarantine is held.
  [[nodiscard]] uint64_t put_quarantine(const LogBatch& batch, rocksdb::WriteBatch& writes);
  [[nodiscard]] DroppedEffects& dropped_of(size_t stream) const;  // one of effects
  [[nodiscard]] Result<void> read_effects(size_t stream, PartitionId partition, uint64_t after,
                                          LogVisitor visit);
  template <typename Rewrite>
  [[nodiscard]] Result<void> rewrite_stream(size_t stream, std::string_view from, Rewrite rewrite);
  [[nodiscard]] Result<void> rewrite_effects(size_t stream, LogRewriter& rewriter);
  [[nodiscard]] Result<void> compact(size_t stream, std::string_view first, std::string_view last);
  [[nodiscard]] Result<void> drop_quarantine(LogRewriter& rewriter);
  // REQUIRES of these: x_trimming is held.
  [[nodiscard]] Result<void> trim_events();
  [[nodiscard]] Result<void> trim_effects(size_t stream, std::span<const LogTrim> upto);
  [[nodiscard]] Result<void> set_mark();
  [[nodiscard]] Result<uint64_t> last_expired_mark();
  [[nodiscard]] Result<void> drop_batches_before(uint64_t kept);

  const RocksLogConfig x_config;
  // A rewrite began and did not end: in which files old values are left is not known any more.
  bool x_is_rewriting = false;
  bool x_compacts_all = false;                // … so this one compacts them all
  std::unique_ptr<DroppedBatches> x_dropped;  // knows the first batch that was kept
  std::unique_ptr<DroppedEffects> x_dropped_changes;
  std::unique_ptr<DroppedEffects> x_dropped_sessions;
  std::unique_ptr<DroppedEffects> x_dropped_claims;
  std::unique_ptr<RocksDatabase> x_database;   // uses these four
  std::vector<std::atomic<uint64_t>> x_taken;  // by partition: positions given to append()
  std::vector<std::atomic<uint64_t>> x_ends;   // by partition: positions written
  std::atomic<uint64_t> x_next_batch{1};
  std::atomic<size_t> x_unmarked_bytes{0};  // appended since the last mark
  std::atomic<size_t> x_partitions{0};      // one more than the highest that has a record

  std::mutex x_quarantine;  // guards the ids, and that they are written in order
  uint64_t x_first_quarantine = 1;
  uint64_t x_next_quarantine = 1;

  std::mutex x_trimming;
  std::vector<uint64_t> x_trimmed;  // by partition; since open
  std::vector<uint64_t> x_kept;     // by partition: written before the first kept batch
  uint64_t x_last_mark = 0;         // set by trimming; 0 none since open
};

}  // namespace rekindle::state
