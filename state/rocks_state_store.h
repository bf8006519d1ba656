// The embedded state store: one RocksDB with a column family per table, in its own directory so
// that a shard's append never queues behind a checkpoint. Keys: core/state_format.h.
//
// Thread: any, for all calls. Owns: its directory, until destroyed.
// Errors of open: kStoreFailed, kStoreLocked, kCorruptRecord, kDiskFull.
#pragma once

#include <memory>
#include <string>

#include "core/state_store.h"

namespace rekindle::state {

class RocksDatabase;

struct RocksStateConfig {
  // Blocks, indexes, filters and write buffers together stay near this.
  size_t block_cache_bytes = 256ULL * 1'024 * 1'024;
  // Of it, for what is not yet in a file. Larger: fewer rewrites of hot visitors; also what a
  // restart has to read back.
  size_t write_buffer_bytes = 96ULL * 1'024 * 1'024;
};

class RocksStateStore final : public StateStore {
 public:
  [[nodiscard]] static Result<std::unique_ptr<RocksStateStore>> open(
      const std::string& path, const RocksStateConfig& config = {});
  ~RocksStateStore() override;

  // Survives the process at once, a power cut after flush().
  [[nodiscard]] Result<void> write(const StateBatch& batch) override;
  // `visit` must not call multi_get.
  [[nodiscard]] Result<void> multi_get(
      Table table, std::span<const std::string_view> keys,
      absl::FunctionRef<void(size_t, std::string_view)> visit) override;
  [[nodiscard]] Result<void> scan(Table table, std::string_view begin, std::string_view end,
                                  RowVisitor visit) override;
  [[nodiscard]] Result<void> flush() override;
  // Lists the directory: not for the event path.
  [[nodiscard]] Result<void> purge(std::span<const TableRange> ranges) override;
  [[nodiscard]] uint64_t size_bytes() const override;
  [[nodiscard]] bool is_stalling() const override;

 private:
  explicit RocksStateStore(std::unique_ptr<RocksDatabase> database);

  std::unique_ptr<RocksDatabase> x_database;
};

}  // namespace rekindle::state
