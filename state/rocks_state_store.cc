#include "state/rocks_state_store.h"

#include <rocksdb/write_buffer_manager.h>

#include <algorithm>
#include <array>

#include "core/assert.h"
#include "state/rocks_database.h"
#include "state/rocks_options.h"

namespace rekindle::state {
namespace {

using rocksdb::Slice;

constexpr size_t kMiB = 1'024 * 1'024;
constexpr size_t kBatchBytesKept = 8 * kMiB;  // a thread's write batch above it is given back
constexpr size_t kKeysAtOnce = 256;           // bounds what one look-up pins in the cache

Slice slice(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}
std::string_view view(const Slice& bytes) {
  return {bytes.data(), bytes.size()};
}

size_t family_of(Table table) {
  return static_cast<size_t>(table) + 1;
}  // 0 is "default"

void add(rocksdb::WriteBatch& writes, rocksdb::ColumnFamilyHandle* family, StateBatch::Kind kind,
         std::string_view key, std::string_view value) {
  rocksdb::Status status;
  switch (kind) {
    case StateBatch::Kind::kPut: status = writes.Put(family, slice(key), slice(value)); break;
    case StateBatch::Kind::kDelete: status = writes.Delete(family, slice(key)); break;
    case StateBatch::Kind::kDeleteRange:
      if (key < value) status = writes.DeleteRange(family, slice(key), slice(value));
      break;
  }
  RK_ASSERT(status.ok());  // fails only for more than 4 GB in one value
}

// The answers of one look-up, kept by each thread: their buffers are reused.
struct Answers {
  std::array<Slice, kKeysAtOnce> keys;
  std::array<rocksdb::PinnableSlice, kKeysAtOnce> values;
  std::array<rocksdb::Status, kKeysAtOnce> statuses;
};

}  // namespace

Result<std::unique_ptr<RocksStateStore>> RocksStateStore::open(const std::string& path,
                                                               const RocksStateConfig& config) {
  const auto cache = rocksdb::NewLRUCache(config.block_cache_bytes);
  rocksdb::DBOptions options = database_options(config.write_buffer_bytes);
  options.write_buffer_manager =
      std::make_shared<rocksdb::WriteBufferManager>(config.write_buffer_bytes, cache);
  const size_t large = std::max(config.write_buffer_bytes / 3, kMiB);
  const size_t small = std::max(config.write_buffer_bytes / 12, kMiB);
  // In the order of Table.
  auto database = RocksDatabase::open(path, options,
                                      {{"default", point_family(kMiB, cache)},
                                       {"partitions", point_family(small, cache)},
                                       {"visitors", point_family(large, cache)},
                                       {"names", point_family(small, cache)},
                                       {"deadlines", queue_family(small, cache)},
                                       {"models", point_family(small, cache)}});
  static_assert(kTables == 5);
  if (!database) return database.error();
  return std::unique_ptr<RocksStateStore>(new RocksStateStore(std::move(*database)));
}

RocksStateStore::RocksStateStore(std::unique_ptr<RocksDatabase> database)
    : x_database(std::move(database)) {}

RocksStateStore::~RocksStateStore() = default;

Result<void> RocksStateStore::write(const StateBatch& batch) {
  thread_local rocksdb::WriteBatch writes;
  writes.Clear();
  batch.for_each(
      [this](StateBatch::Kind kind, Table table, std::string_view key, std::string_view value) {
        add(writes, x_database->family(family_of(table)), kind, key, value);
      });
  const size_t bytes = writes.GetDataSize();
  auto written = x_database->write(writes, false);
  if (bytes > kBatchBytesKept) writes = rocksdb::WriteBatch();
  return written;
}

Result<void> RocksStateStore::multi_get(Table table, std::span<const std::string_view> keys,
                                        absl::FunctionRef<void(size_t, std::string_view)> visit) {
  thread_local Answers answers;
  const auto family = x_database->family(family_of(table));
  for (size_t begin = 0; begin < keys.size(); begin += kKeysAtOnce) {
    const size_t count = std::min(kKeysAtOnce, keys.size() - begin);
    for (size_t i = 0; i < count; ++i) answers.keys[i] = slice(keys[begin + i]);
    x_database->db().MultiGet({}, family, count, answers.keys.data(), answers.values.data(),
                              answers.statuses.data(), false);
    Result<void> outcome;
    for (size_t i = 0; i < count; ++i) {
      const rocksdb::Status& status = answers.statuses[i];
      if (status.ok()) {
        if (outcome) visit(begin + i, view(answers.values[i]));
      } else if (!status.IsNotFound()) {
        outcome = to_error(status);
      }
      answers.values[i].Reset();  // lets go of the block
    }
    if (!outcome) return outcome;
  }
  return {};
}

Result<void> RocksStateStore::scan(Table table, std::string_view begin, std::string_view end,
                                   RowVisitor visit) {
  if (begin >= end) return {};
  const Slice upper = slice(end);
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &upper;
  const auto family = x_database->family(family_of(table));
  std::unique_ptr<rocksdb::Iterator> row(x_database->db().NewIterator(options, family));
  for (row->Seek(slice(begin)); row->Valid(); row->Next()) {
    if (!visit(view(row->key()), view(row->value()))) return {};
  }
  if (!row->status().ok()) return to_error(row->status());
  return {};
}

Result<void> RocksStateStore::flush() {
  return x_database->flush();
}

uint64_t RocksStateStore::size_bytes() const {
  return x_database->size_bytes();
}

bool RocksStateStore::is_stalling() const {
  return x_database->is_stalling();
}

}  // namespace rekindle::state
