#include "state/rocks_log.h"

#include <algorithm>

#include "core/assert.h"
#include "core/bytes.h"
#include "core/log_format.h"
#include "state/rocks_database.h"
#include "state/rocks_log_format.h"
#include "state/rocks_log_rows.h"
#include "state/rocks_options.h"

namespace rekindle::state {
namespace {

constexpr size_t kMiB = 1'024 * 1'024;
constexpr size_t kBatchBytesKept = 8 * kMiB;  // a thread's write batch above it is given back
constexpr size_t kCacheBytes = 16 * kMiB;

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
  std::unique_ptr<RocksLog> log(new RocksLog(config));
  const auto cache = rocksdb::NewLRUCache(kCacheBytes);
  const size_t small = std::min(config.write_buffer_bytes, 16 * kMiB);
  auto events = log_family(config.write_buffer_bytes, log_format::kEventPrefixBytes, cache);
  events.compaction_filter = log->x_dropped.get();
  const auto effects = log_family(small, log_format::kEffectPrefixBytes, cache);
  auto database = RocksDatabase::open(path, database_options(config.wal_bytes_max),
                                      {{"default", log_family(kMiB, 0, cache)},
                                       {"events", events},
                                       {"changes", effects},
                                       {"sessions", effects},
                                       {"quarantine", log_family(small, 0, cache)}});
  if (!database) return database.error();
  log->x_database = std::move(*database);
  if (auto loaded = log->load_numbers(); !loaded) return loaded.error();
  if (auto loaded = log->load_ends(); !loaded) return loaded.error();
  if (auto loaded = log->load_first_quarantine(); !loaded) return loaded.error();
  return log;
}

RocksLog::RocksLog(const RocksLogConfig& config)
    : x_config(config),
      x_dropped(std::make_unique<DroppedSegments>()),
      x_ends(limits::kPartitionsMax),
      x_trimmed(limits::kPartitionsMax, 0) {}

RocksLog::~RocksLog() = default;

Result<void> RocksLog::load_numbers() {
  const auto family = x_database->family(kDefault);
  std::unique_ptr<rocksdb::Iterator> row(x_database->db().NewIterator({}, family));
  for (row->SeekToFirst(); row->Valid(); row->Next()) {
    const std::string_view key = view(row->key());
    if (row->value().size() != 8) return Error{ErrorCode::kCorruptRecord, "log: number"};
    const auto value = read_big_endian<uint64_t>(row->value().data());
    if (key == log_format::kNextQuarantineKey) x_next_quarantine = value;
    if (key == log_format::kFirstSegmentKey) x_dropped->set_first(static_cast<uint32_t>(value));
    if (key.size() != 3 || key[0] != 'e') continue;
    const size_t partition = read_big_endian<uint16_t>(key.data() + 1);
    if (partition < x_ends.size()) x_ends[partition] = value;
  }
  if (!row->status().ok()) return to_error(row->status());
  return {};
}

// Hops over the event stream: from the first record of a partition in a segment to its last one.
Result<void> RocksLog::load_ends() {
  const auto family = x_database->family(kEvents);
  std::unique_ptr<rocksdb::Iterator> row(x_database->db().NewIterator(range_read(), family));
  x_segment = x_dropped->first();
  row->Seek(slice(log_format::event_key(x_segment, PartitionId{0}, 0).view()));
  while (row->Valid()) {
    const EventKey first = parse_event_key(row->key());
    row->SeekForPrev(slice(log_format::event_key(first.segment, first.partition, kLast).view()));
    if (!row->Valid()) break;
    const size_t partition = to_index(first.partition);
    if (partition >= x_ends.size()) {
      return Error{ErrorCode::kCorruptRecord, "log: partition " + std::to_string(partition)};
    }
    x_segment = first.segment;
    x_ends[partition] = std::max(x_ends[partition].load(), parse_event_key(row->key()).position);
    row->Next();
  }
  if (!row->status().ok()) return to_error(row->status());
  return {};
}

Result<void> RocksLog::load_first_quarantine() {
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

Result<void> RocksLog::sync() {
  return x_database->sync();
}

Result<uint64_t> RocksLog::end(PartitionId partition) {
  RK_ASSERT(to_index(partition) < x_ends.size());
  return x_ends[to_index(partition)].load(std::memory_order_acquire);
}

Result<void> RocksLog::read_events(PartitionId partition, uint64_t after, LogVisitor visit) {
  if (after == kLast) return {};
  const auto family = x_database->family(kEvents);
  const uint32_t first = x_dropped->first();
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

uint64_t RocksLog::size_bytes() const {
  return x_database->size_bytes();
}

}  // namespace rekindle::state
