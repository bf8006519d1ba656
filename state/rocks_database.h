// One open RocksDB with its column families: opening, writing, disk-full recovery, and the only
// place that turns RocksDB's statuses into ours. Used by RocksLog and RocksStateStore only, so that
// RocksDB's headers stay out of everything else.
//
// Thread: all but open and the destructor may be called from any. Owns: the database and handles.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/write_batch.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace rekindle::state {

// Errors: kDiskFull, kStoreLocked, kCorruptRecord, else kStoreFailed. REQUIRES: !status.ok()
[[nodiscard]] Error to_error(const rocksdb::Status& status);

class RocksDatabase {
 public:
  struct Family {
    std::string name;
    rocksdb::ColumnFamilyOptions options;
  };

  // Creates what is missing. The first family must be "default".
  [[nodiscard]] static Result<std::unique_ptr<RocksDatabase>> open(
      const std::string& path, const rocksdb::DBOptions& options,
      const std::vector<Family>& families);
  ~RocksDatabase();
  RocksDatabase(const RocksDatabase&) = delete;
  RocksDatabase& operator=(const RocksDatabase&) = delete;

  [[nodiscard]] rocksdb::DB& db() { return *x_db; }
  [[nodiscard]] rocksdb::ColumnFamilyHandle* family(size_t index) { return x_families[index]; }

  // After kDiskFull RocksDB refuses writes; once there is space again, the next write first makes
  // it accept them.
  [[nodiscard]] Result<void> write(rocksdb::WriteBatch& batch, bool sync);
  [[nodiscard]] Result<void> sync();
  [[nodiscard]] Result<void> flush();
  // Rewrites every file of the family that holds keys from `first` to `last`, so that what was
  // overwritten or deleted there is in files that are superfluous.
  [[nodiscard]] Result<void> compact(size_t family, std::string_view first, std::string_view last);
  // Removes what is superfluous: after this call no file has it.
  [[nodiscard]] Result<void> drop_old_files();
  // The bytes of every file. Lists the directory: not for the event path.
  [[nodiscard]] uint64_t size_bytes() const;
  // True while writes are slowed down or stopped by compaction debt.
  [[nodiscard]] bool is_stalling() const;

 private:
  explicit RocksDatabase(std::string path) : x_path(std::move(path)) {}
  [[nodiscard]] Result<void> failed(const rocksdb::Status& status);
  [[nodiscard]] Result<void> resume();

  std::string x_path;
  std::unique_ptr<rocksdb::DB> x_db;
  std::vector<rocksdb::ColumnFamilyHandle*> x_families;
  std::atomic<bool> x_full{false};
  std::mutex x_resuming;
};

}  // namespace rekindle::state
