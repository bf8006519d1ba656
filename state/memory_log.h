// A log in memory, for tests and simulations: the same answers as RocksLog, nothing on disk. A
// clone is what a restart would find.
//
// Thread: any. Reads copy first, so a visitor may call the log again.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "core/limits.h"
#include "core/log.h"

namespace rekindle::state {

class MemoryLog final : public Log {
 public:
  explicit MemoryLog(size_t quarantine_entries_max = limits::kQuarantineEntriesMax)
      : x_quarantine_entries_max(quarantine_entries_max) {}
  [[nodiscard]] std::unique_ptr<MemoryLog> clone() const;

  [[nodiscard]] Result<void> append(const LogBatch& batch, Durability durability) override;
  [[nodiscard]] Result<void> sync() override { return {}; }
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
  // Errors: kNotFound.
  [[nodiscard]] Result<void> remove_quarantine(uint64_t id) override;
  [[nodiscard]] Result<void> trim(std::span<const LogTrim> upto) override;
  [[nodiscard]] Result<void> rewrite(LogRewriter& rewriter) override;
  [[nodiscard]] uint64_t size_bytes() const override;

 private:
  using Values = std::map<uint64_t, std::string>;
  struct Streams {
    uint64_t end = 0;
    Values events;
    Values changes;
    Values sessions;
    Values claims;
    uint64_t gone_changes = 0;  // up to and including
  };
  struct Content {
    std::map<PartitionId, Streams> partitions;
    Values quarantine;
    uint64_t next_quarantine = 1;
  };
  [[nodiscard]] Result<void> read_effects(Values Streams::*stream, PartitionId partition,
                                          uint64_t after, LogVisitor visit);

  const size_t x_quarantine_entries_max;
  mutable std::mutex x_mutex;
  Content x_content;
};

}  // namespace rekindle::state
