#include "state/rocks_log.h"

#include <rocksdb/convenience.h>

#include <algorithm>
#include <limits>

#include "core/assert.h"
#include "core/bytes.h"
#include "core/log_format.h"
#include "state/rocks_database.h"
#include "state/rocks_log_format.h"
#include "state/rocks_options.h"

namespace rekindle::state {
namespace {

using rocksdb::Slice;

constexpr size_t kMiB = 1'024 * 1'024;
constexpr size_t kBatchBytesKept = 8 * kMiB;  // a thread's write batch above it is given back
constexpr size_t kCacheBytes = 16 * kMiB;
constexpr uint64_t kLast = std::numeric_limits<uint64_t>::max();

enum Stream : size_t { kDefault, kEvents, kChanges, kSessions, kQuarantine };

Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
std::string_view view(const Slice& bytes) { return {bytes.data(), bytes.size()}; }

void put(rocksdb::WriteBatch& writes, rocksdb::ColumnFamilyHandle* family, std::string_view key,
         std::string_view value) {
  const rocksdb::Status status = writes.Put(family, slice(key), slice(value));
  RK_ASSERT(status.ok());  // fails only for more than 4 GB in one value
}

// Long reads must not push out what is looked up.
rocksdb::ReadOptions range_read() {
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  return options;
}

struct EventKey {
  uint32_t segment;
  PartitionId partition;
  uint64_t position;
};
// REQUIRES: a key of the event stream.
EventKey parse_event_key(const Slice& key) {
  RK_ASSERT(key.size() == 14);
  return {read_big_endian<uint32_t>(key.data()),
          PartitionId{read_big_endian<uint16_t>(key.data() + 4)},
          read_big_endian<uint64_t>(key.data() + 6)};
}

// The number after the last one that an effects value holds.
Result<uint64_t> next_seq(uint64_t first, std::string_view value) {
  std::string_view content;
  auto count = read_effects_header(value, content);
  if (!count) return count.error();
  return first + *count;
}

}  // namespace

Result<std::unique_ptr<RocksLog>> RocksLog::open(const std::string& path,
                                                 const RocksLogConfig& config) {
  const auto cache = rocksdb::NewLRUCache(kCacheBytes);
  const size_t small = std::min(config.write_buffer_bytes, 16 * kMiB);
  auto database = RocksDatabase::open(path, database_options(config.wal_bytes_max),
                                      {{"default", log_family(kMiB, cache)},
                                       {"events", log_family(config.write_buffer_bytes, cache)},
                                       {"changes", log_family(small, cache)},
                                       {"sessions", log_family(small, cache)},
                                       {"quarantine", log_family(small, cache)}});
  if (!database) return database.error();
  std::unique_ptr<RocksLog> log(new RocksLog(std::move(*database), config));
  if (auto loaded = log->load_ends(); !loaded) return loaded.error();
  if (auto loaded = log->load_stored_ends(); !loaded) return loaded.error();
  if (auto loaded = log->load_quarantine_ids(); !loaded) return loaded.error();
  return log;
}

RocksLog::RocksLog(std::unique_ptr<RocksDatabase> database, const RocksLogConfig& config)
    : x_config(config),
      x_database(std::move(database)),
      x_ends(limits::kPartitionsMax),
      x_trimmed(limits::kPartitionsMax, 0) {}

RocksLog::~RocksLog() = default;

// Hops over the event stream: from the first record of a partition in a segment to its last one.
Result<void> RocksLog::load_ends() {
  const auto family = x_database->family(kEvents);
  std::unique_ptr<rocksdb::Iterator> row(x_database->db().NewIterator(range_read(), family));
  row->SeekToFirst();
  if (row->Valid()) x_first_segment = parse_event_key(row->key()).segment;
  x_segment = x_first_segment.load();
  while (row->Valid()) {
    const EventKey first = parse_event_key(row->key());
    row->SeekForPrev(slice(log_format::event_key(first.segment, first.partition, kLast).view()));
    if (!row->Valid()) break;
    const size_t partition = to_index(first.partition);
    if (partition >= x_ends.size()) {
      return Error{ErrorCode::kCorruptRecord, "log: partition " + std::to_string(partition)};
    }
    x_segment = first.segment;
    x_ends[partition] = parse_event_key(row->key()).position;
    row->Next();
  }
  if (!row->status().ok()) return to_error(row->status());
  return {};
}

Result<void> RocksLog::load_stored_ends() {
  const auto family = x_database->family(kDefault);
  std::unique_ptr<rocksdb::Iterator> row(x_database->db().NewIterator({}, family));
  for (row->Seek("e"); row->Valid() && row->key().starts_with("e"); row->Next()) {
    if (row->key().size() != 3 || row->value().size() != 8) break;
    const size_t partition = read_big_endian<uint16_t>(row->key().data() + 1);
    const auto stored = read_big_endian<uint64_t>(row->value().data());
    if (partition < x_ends.size() && x_ends[partition] < stored) x_ends[partition] = stored;
  }
  if (!row->status().ok()) return to_error(row->status());
  return {};
}

Result<void> RocksLog::load_quarantine_ids() {
  std::string stored;
  const rocksdb::Status status = x_database->db().Get(
      {}, x_database->family(kDefault), slice(log_format::kNextQuarantineKey), &stored);
  if (!status.ok() && !status.IsNotFound()) return to_error(status);
  if (stored.size() == 8) x_next_quarantine = read_big_endian<uint64_t>(stored.data());
  x_first_quarantine = x_next_quarantine;
  const auto family = x_database->family(kQuarantine);
  std::unique_ptr<rocksdb::Iterator> row(x_database->db().NewIterator(range_read(), family));
  row->SeekToFirst();
  if (row->Valid()) x_first_quarantine = read_big_endian<uint64_t>(row->key().data());
  if (!row->status().ok()) return to_error(row->status());
  return {};
}

Result<void> RocksLog::append(const LogBatch& batch, Durability durability) {
  thread_local rocksdb::WriteBatch writes;
  writes.Clear();
  const uint32_t segment = x_segment.load(std::memory_order_relaxed);
  for (const PartitionAppend& share : batch.partitions) {
    const size_t partition = to_index(share.partition);
    RK_ASSERT(partition < x_ends.size() && !share.events.empty());
    RK_ASSERT(share.position == x_ends[partition].load(std::memory_order_relaxed) + 1);
    put(writes, x_database->family(kEvents),
        log_format::event_key(segment, share.partition, share.position).view(), share.events);
    if (!share.changes.empty()) {
      put(writes, x_database->family(kChanges),
          log_format::effect_key(share.partition, share.first_change).view(), share.changes);
    }
    if (!share.sessions.empty()) {
      put(writes, x_database->family(kSessions),
          log_format::effect_key(share.partition, share.first_session).view(), share.sessions);
    }
  }
  std::unique_lock quarantine(x_quarantine, std::defer_lock);
  uint64_t next_quarantine = 0;
  if (!batch.quarantine.empty()) {
    quarantine.lock();
    next_quarantine = put_quarantine(batch, writes);
  }
  const size_t bytes = writes.GetDataSize();
  auto written = x_database->write(writes, durability == Durability::kFsync);
  if (bytes > kBatchBytesKept) writes = rocksdb::WriteBatch();
  if (!written) return written;
  if (next_quarantine != 0) x_next_quarantine = next_quarantine;
  for (const PartitionAppend& share : batch.partitions) {
    x_ends[to_index(share.partition)].store(share.position, std::memory_order_release);
  }
  count_appended(bytes);
  return {};
}

uint64_t RocksLog::put_quarantine(const LogBatch& batch, rocksdb::WriteBatch& writes) {
  const auto family = x_database->family(kQuarantine);
  uint64_t id = x_next_quarantine;
  for (const std::string_view entry : batch.quarantine) {
    put(writes, family, log_format::number(id++).view(), entry);
  }
  put(writes, x_database->family(kDefault), log_format::kNextQuarantineKey,
      log_format::number(id).view());
  const uint64_t most = x_config.quarantine_entries_max;
  if (id - x_first_quarantine > most) {  // a 64th more than it must, so that this stays rare
    const uint64_t first = id - (most - most / 64);
    const auto status = writes.DeleteRange(family, slice(log_format::number(0).view()),
                                           slice(log_format::number(first).view()));
    RK_ASSERT(status.ok());
    x_first_quarantine = first;  // if the write fails, the next one deletes the same and more
  }
  return id;
}

// A shard that still writes to the segment before is no harm: its positions ascend all the same.
void RocksLog::count_appended(size_t bytes) {
  const size_t before = x_segment_bytes.fetch_add(bytes, std::memory_order_relaxed);
  if (before < x_config.segment_bytes && before + bytes >= x_config.segment_bytes) {
    x_segment.fetch_add(1, std::memory_order_relaxed);
    x_segment_bytes.store(0, std::memory_order_relaxed);
  }
}

Result<void> RocksLog::sync() { return x_database->sync(); }

Result<uint64_t> RocksLog::end(PartitionId partition) {
  RK_ASSERT(to_index(partition) < x_ends.size());
  return x_ends[to_index(partition)].load(std::memory_order_acquire);
}

Result<void> RocksLog::read_events(PartitionId partition, uint64_t after, LogVisitor visit) {
  if (after == kLast) return {};
  const auto family = x_database->family(kEvents);
  const uint32_t first = x_first_segment.load(std::memory_order_relaxed);
  std::unique_ptr<rocksdb::Iterator> row(x_database->db().NewIterator(range_read(), family));
  row->Seek(slice(log_format::event_key(first, partition, after + 1).view()));
  while (row->Valid()) {
    const EventKey at = parse_event_key(row->key());
    if (at.partition == partition && at.position > after) {
      if (!visit(at.position, view(row->value()))) return {};
      row->Next();
      continue;
    }
    // Past the partition's records in this segment, or not yet there.
    const uint32_t segment = at.partition > partition ? at.segment + 1 : at.segment;
    row->Seek(slice(log_format::event_key(segment, partition, after + 1).view()));
  }
  if (!row->status().ok()) return to_error(row->status());
  return {};
}

Result<void> RocksLog::read_effects(size_t stream, PartitionId partition, uint64_t after,
                                    LogVisitor visit) {
  if (after == kLast) return {};
  const auto family = x_database->family(stream);
  const auto lowest = log_format::effect_key(partition, 0);
  const auto past_end = log_format::effect_key(partition, kLast);
  const Slice lower = slice(lowest.view());
  const Slice upper = slice(past_end.view());
  rocksdb::ReadOptions options = range_read();
  options.iterate_lower_bound = &lower;
  options.iterate_upper_bound = &upper;
  std::unique_ptr<rocksdb::Iterator> row(x_database->db().NewIterator(options, family));
  // The value that holds after + 1 begins at it or before it.
  row->SeekForPrev(slice(log_format::effect_key(partition, after + 1).view()));
  if (!row->Valid() && row->status().ok()) row->SeekToFirst();
  for (; row->Valid(); row->Next()) {
    const auto first = read_big_endian<uint64_t>(row->key().data() + 2);
    const auto next = next_seq(first, view(row->value()));
    if (!next) return next.error();
    if (*next <= after + 1) continue;  // ends before what was asked for
    if (!visit(first, view(row->value()))) return {};
  }
  if (!row->status().ok()) return to_error(row->status());
  return {};
}

Result<void> RocksLog::read_changes(PartitionId partition, uint64_t after, LogVisitor visit) {
  return read_effects(kChanges, partition, after, visit);
}

Result<void> RocksLog::read_sessions(PartitionId partition, uint64_t after, LogVisitor visit) {
  return read_effects(kSessions, partition, after, visit);
}

Result<std::vector<QuarantineEntry>> RocksLog::read_quarantine(uint64_t after, size_t limit) {
  std::vector<QuarantineEntry> entries;
  if (after == kLast) return entries;
  const auto family = x_database->family(kQuarantine);
  std::unique_ptr<rocksdb::Iterator> row(x_database->db().NewIterator(range_read(), family));
  row->Seek(slice(log_format::number(after + 1).view()));
  for (; row->Valid() && entries.size() < limit; row->Next()) {
    const auto id = read_big_endian<uint64_t>(row->key().data());
    auto entry = rekindle::read_quarantine(id, view(row->value()));
    if (!entry) return entry.error();
    entries.push_back(std::move(*entry));
  }
  if (!row->status().ok()) return to_error(row->status());
  return entries;
}

Result<void> RocksLog::remove_quarantine(uint64_t id) {
  const auto key = log_format::number(id);
  const auto family = x_database->family(kQuarantine);
  rocksdb::PinnableSlice value;
  const auto found = x_database->db().Get({}, family, slice(key.view()), &value);
  if (found.IsNotFound()) return Error{ErrorCode::kNotFound, "quarantine " + std::to_string(id)};
  if (!found.ok()) return to_error(found);
  rocksdb::WriteBatch writes;
  const auto status = writes.Delete(family, slice(key.view()));
  RK_ASSERT(status.ok());
  return x_database->write(writes, false);
}

Result<void> RocksLog::trim_events(PartitionId partition, uint64_t position) {
  const std::lock_guard lock(x_trimming);
  const size_t index = to_index(partition);
  RK_ASSERT(index < x_ends.size());
  const uint64_t end = x_ends[index].load(std::memory_order_acquire);
  position = std::min(position, end);
  if (position <= x_trimmed[index]) return {};
  rocksdb::WriteBatch writes;
  put(writes, x_database->family(kDefault), log_format::end_key(partition).view(),
      log_format::number(end).view());
  const auto family = x_database->family(kEvents);
  std::unique_ptr<rocksdb::Iterator> row(x_database->db().NewIterator(range_read(), family));
  const uint32_t last = x_segment.load(std::memory_order_relaxed);
  for (uint32_t segment = x_first_segment; segment <= last; ++segment) {
    const auto begin = log_format::event_key(segment, partition, 0);
    const auto past = log_format::event_key(segment, partition, position + 1);
    row->Seek(slice(begin.view()));
    if (!row->Valid() || row->key().compare(slice(past.view())) >= 0) continue;
    const auto status = writes.DeleteRange(family, slice(begin.view()), slice(past.view()));
    RK_ASSERT(status.ok());
  }
  if (!row->status().ok()) return to_error(row->status());
  if (auto written = x_database->write(writes, false); !written) return written;
  x_trimmed[index] = position;
  return drop_empty_segments();
}

// Frees whole files at once; the rest of what was trimmed leaves with compaction. The two newest
// segments stay: a shard may be writing to the one before the current.
Result<void> RocksLog::drop_empty_segments() {
  const uint32_t first = x_first_segment;
  const uint32_t current = x_segment.load(std::memory_order_relaxed);
  const auto family = x_database->family(kEvents);
  std::unique_ptr<rocksdb::Iterator> row(x_database->db().NewIterator(range_read(), family));
  row->Seek(slice(log_format::event_key(first, PartitionId{0}, 0).view()));
  if (!row->status().ok()) return to_error(row->status());
  const uint32_t used = row->Valid() ? parse_event_key(row->key()).segment : current;
  if (used <= first || current < first + 2) return {};
  const uint32_t kept = std::min(used, current - 1);
  const auto begin = log_format::event_key(first, PartitionId{0}, 0);
  const auto past = log_format::event_key(kept, PartitionId{0}, 0);
  const Slice from = slice(begin.view());
  const Slice to = slice(past.view());
  row.reset();  // would keep the files alive
  const auto status = rocksdb::DeleteFilesInRange(&x_database->db(), family, &from, &to, false);
  if (!status.ok()) return to_error(status);
  x_first_segment = kept;
  return {};
}

uint64_t RocksLog::size_bytes() const { return x_database->size_bytes(); }

}  // namespace rekindle::state
