#include "state/rocks_database.h"

#include <filesystem>
#include <system_error>

namespace rekindle::state {
namespace {

// Less than this is not worth waking up for: the next memtable would fill it at once.
constexpr uint64_t kResumeFreeBytes = 16 * 1'024 * 1'024;

}  // namespace

Error to_error(const rocksdb::Status& status) {
  const std::string text = status.ToString();
  if (status.IsNoSpace() || text.find("No space left") != std::string::npos) {
    return {ErrorCode::kDiskFull, text};
  }
  if (status.IsIOError() && text.find("/LOCK") != std::string::npos) {
    return {ErrorCode::kStoreLocked, text};
  }
  if (status.IsCorruption()) return {ErrorCode::kCorruptRecord, text};
  return {ErrorCode::kStoreFailed, text};
}

Result<std::unique_ptr<RocksDatabase>> RocksDatabase::open(const std::string& path,
                                                           const rocksdb::DBOptions& options,
                                                           const std::vector<Family>& families) {
  std::unique_ptr<RocksDatabase> database(new RocksDatabase(path));
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const Family& family : families) descriptors.emplace_back(family.name, family.options);
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status =
      rocksdb::DB::Open(options, path, descriptors, &database->x_families, &db);
  if (!status.ok()) return to_error(status);
  database->x_db.reset(db);
  return database;
}

RocksDatabase::~RocksDatabase() {
  if (!x_db) return;
  for (auto* family : x_families) {
    // Fails for the default family's handle alone, which the database owns.
    x_db->DestroyColumnFamilyHandle(family).PermitUncheckedError();
  }
  x_db->Close().PermitUncheckedError();  // everything acknowledged is in the WAL already
}

Result<void> RocksDatabase::write(rocksdb::WriteBatch& batch, bool sync) {
  if (x_full.load(std::memory_order_relaxed)) {
    if (auto resumed = resume(); !resumed) return resumed;
  }
  rocksdb::WriteOptions options;
  options.sync = sync;
  const rocksdb::Status status = x_db->Write(options, &batch);
  if (!status.ok()) return failed(status);
  return {};
}

Result<void> RocksDatabase::sync() {
  const rocksdb::Status status = x_db->SyncWAL();
  if (!status.ok()) return failed(status);
  return {};
}

Result<void> RocksDatabase::flush() {
  if (x_full.load(std::memory_order_relaxed)) {
    if (auto resumed = resume(); !resumed) return resumed;
  }
  const rocksdb::Status status = x_db->Flush(rocksdb::FlushOptions(), x_families);
  if (!status.ok()) return failed(status);
  return {};
}

Result<void> RocksDatabase::compact(size_t family, std::string_view first, std::string_view last) {
  rocksdb::CompactRangeOptions options;
  options.exclusive_manual_compaction = false;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  const rocksdb::Slice begin(first.data(), first.size());
  const rocksdb::Slice end(last.data(), last.size());
  const rocksdb::Status status = x_db->CompactRange(options, x_families[family], &begin, &end);
  if (!status.ok()) return failed(status);
  return {};
}

// RocksDB removes files by and by, on its own threads; switching that on again does it here.
Result<void> RocksDatabase::drop_old_files() {
  rocksdb::Status status = x_db->DisableFileDeletions();
  if (status.ok()) status = x_db->EnableFileDeletions(false);
  if (!status.ok()) return failed(status);
  return {};
}

Result<void> RocksDatabase::failed(const rocksdb::Status& status) {
  Error error = to_error(status);
  if (error.code == ErrorCode::kDiskFull) x_full.store(true, std::memory_order_relaxed);
  return error;
}

Result<void> RocksDatabase::resume() {
  const std::lock_guard lock(x_resuming);
  if (!x_full.load(std::memory_order_relaxed)) return {};  // another thread was first
  std::error_code ignored;
  const auto space = std::filesystem::space(x_path, ignored);  // unknown space reads as ~0
  if (space.available < kResumeFreeBytes) return Error{ErrorCode::kDiskFull, x_path};
  const rocksdb::Status status = x_db->Resume();
  if (status.IsBusy()) return Error{ErrorCode::kDiskFull, x_path + ": recovery is running"};
  if (!status.ok()) return to_error(status);
  x_full.store(false, std::memory_order_relaxed);
  return {};
}

uint64_t RocksDatabase::size_bytes() const {
  uint64_t bytes = 0;
  std::error_code error;
  std::filesystem::directory_iterator entry(x_path, error);
  while (!error && entry != std::filesystem::directory_iterator()) {
    std::error_code gone;  // files come and go while we look
    const uint64_t size = entry->file_size(gone);
    if (!gone) bytes += size;
    entry.increment(error);
  }
  return bytes;
}

bool RocksDatabase::is_stalling() const {
  uint64_t rate = 0;
  uint64_t stopped = 0;
  // Both are unknown only on a closed database.
  (void)x_db->GetIntProperty(rocksdb::DB::Properties::kActualDelayedWriteRate, &rate);
  (void)x_db->GetIntProperty(rocksdb::DB::Properties::kIsWriteStopped, &stopped);
  return rate != 0 || stopped != 0;
}

}  // namespace rekindle::state
