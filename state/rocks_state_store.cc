#include "state/rocks_state_store.h"

#include <rocksdb/write_buffer_manager.h>

#include <algorithm>
#include <array>
#include <vector>

#include "core/assert.h"
#include "core/bytes.h"
#include "state/rocks_database.h"
#include "state/rocks_options.h"

namespace rekindle::state {
namespace {

using rocksdb::Slice;

constexpr size_t kMiB = 1'024 * 1'024;
constexpr size_t kBatchBytesKept = 8 * kMiB;  // a thread's write batch above it is given back
constexpr size_t kPartitionBytes = 2;         // that a visitor's key begins with
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
    case StateBatch::Kind::kAppend: status = writes.Merge(family, slice(key), slice(value)); break;
    case StateBatch::Kind::kDelete: status = writes.Delete(family, slice(key)); break;
    case StateBatch::Kind::kDeleteRange:
      if (key < value) status = writes.DeleteRange(family, slice(key), slice(value));
      break;
  }
  RK_ASSERT(status.ok());  // fails only for more than 4 GB in one value
}

// A batch's write of a visitor.
struct VisitorRow {
  uint64_t order;  // of its key: the bytes after the partition
  StateBatch::Kind kind;
  std::string_view key;
  std::string_view value;
};

VisitorRow visitor_row(StateBatch::Kind kind, std::string_view key, std::string_view value) {
  const bool whole = key.size() >= kPartitionBytes + sizeof(uint64_t);
  const uint64_t order = whole ? read_big_endian<uint64_t>(key.data() + kPartitionBytes) : 0;
  return {order, kind, key, value};
}

// A checkpoint's visitors come in the order they changed. In the order of their keys they are
// neighbours in the memtable, and each insertion goes the way of the last one. Writes of one key
// keep their order.
void sort_by_key(std::vector<VisitorRow>& rows) {
  std::stable_sort(rows.begin(), rows.end(), [](const VisitorRow& a, const VisitorRow& b) {
    return a.order != b.order ? a.order < b.order : a.key < b.key;
  });
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
                                       {"models", point_family(small, cache)},
                                       {"identity", point_family(small, cache)}});
  static_assert(kTables == 6);
  if (!database) return database.error();
  return std::unique_ptr<RocksStateStore>(new RocksStateStore(std::move(*database)));
}

RocksStateStore::RocksStateStore(std::unique_ptr<RocksDatabase> database)
    : x_database(std::move(database)) {}

RocksStateStore::~RocksStateStore() = default;

Result<void> RocksStateStore::write(const StateBatch& batch) {
  thread_local rocksdb::WriteBatch writes;
  thread_local std::vector<VisitorRow> visitors;
  writes.Clear();
  visitors.clear();
  const auto add_visitors = [this] {
    sort_by_key(visitors);
    for (const VisitorRow& row : visitors) {
      add(writes, x_database->family(family_of(Table::kVisitors)), row.kind, row.key, row.value);
    }
    visitors.clear();
  };
  batch.for_each(
      [&](StateBatch::Kind kind, Table table, std::string_view key, std::string_view value) {
        if (table == Table::kVisitors && kind != StateBatch::Kind::kDeleteRange) {
          visitors.push_back(visitor_row(kind, key, value));
          return;
        }
        if (table == Table::kVisitors) add_visitors();  // what it covers has to come first
        add(writes, x_database->family(family_of(table)), kind, key, value);
      });
  add_visitors();
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

Result<void> RocksStateStore::purge(std::span<const TableRange> ranges) {
  if (auto flushed = flush(); !flushed) return flushed;
  for (const TableRange& range : ranges) {
    auto compacted = x_database->compact(family_of(range.table), range.begin, range.end);
    if (!compacted) return compacted;
  }
  return x_database->drop_old_files();
}

uint64_t RocksStateStore::size_bytes() const {
  return x_database->size_bytes();
}

bool RocksStateStore::is_stalling() const {
  return x_database->is_stalling();
}

}  // namespace rekindle::state
