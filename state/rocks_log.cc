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

}  // namespace

Result<std::unique_ptr<RocksLog>> RocksLog::open(const std::string& path,
                                                 const RocksLogConfig& config) {
  std::unique_ptr<RocksLog> log(new RocksLog(config));
  const auto cache = rocksdb::NewLRUCache(kCacheBytes);
  const size_t small = std::min(config.write_buffer_bytes, 16 * kMiB);
  auto events = log_family(config.write_buffer_bytes, 0, cache);
  events.compaction_filter = log->x_dropped.get();
  auto changes = log_family(small, log_format::kEffectPrefixBytes, cache);
  auto sessions = changes;
  auto claims = changes;
  changes.compaction_filter = log->x_dropped_changes.get();
  sessions.compaction_filter = log->x_dropped_sessions.get();
  claims.compaction_filter = log->x_dropped_claims.get();
  auto database = RocksDatabase::open(path, database_options(config.wal_bytes_max),
                                      {{"default", log_family(kMiB, 0, cache)},
                                       {"events", events},
                                       {"changes", changes},
                                       {"sessions", sessions},
                                       {"quarantine", log_family(small, 0, cache)},
                                       {"marks", log_family(kMiB, 0, cache)},
                                       {"claims", claims}});
  if (!database) return database.error();
  log->x_database = std::move(*database);
  if (auto loaded = log->load_numbers(); !loaded) return loaded.error();
  if (auto loaded = log->load_ends(); !loaded) return loaded.error();
  if (auto loaded = log->load_first_quarantine(); !loaded) return loaded.error();
  return log;
}

RocksLog::RocksLog(const RocksLogConfig& config)
    : x_config(config),
      x_dropped(std::make_unique<DroppedBatches>()),
      x_dropped_changes(std::make_unique<DroppedEffects>()),
      x_dropped_sessions(std::make_unique<DroppedEffects>()),
      x_dropped_claims(std::make_unique<DroppedEffects>()),
      x_taken(limits::kPartitionsMax),
      x_ends(limits::kPartitionsMax),
      x_trimmed(limits::kPartitionsMax, 0),
      x_kept(limits::kPartitionsMax, 0) {}

RocksLog::~RocksLog() = default;

DroppedEffects& RocksLog::dropped_of(size_t stream) const {
  if (stream == kChanges) return *x_dropped_changes;
  return stream == kSessions ? *x_dropped_sessions : *x_dropped_claims;
}

Result<void> RocksLog::load_numbers() {
  const auto family = x_database->family(kDefault);
  std::unique_ptr<rocksdb::Iterator> row(x_database->db().NewIterator({}, family));
  for (row->SeekToFirst(); row->Valid(); row->Next()) {
    const std::string_view key = view(row->key());
    if (row->value().size() != 8) return Error{ErrorCode::kCorruptRecord, "log: number"};
    const auto value = read_big_endian<uint64_t>(row->value().data());
    if (key == log_format::kNextQuarantineKey) x_next_quarantine = value;
    if (key == log_format::kFirstBatchKey) x_dropped->set_first(value);
    if (key == log_format::kRewritingKey) x_is_rewriting = true;
    if (key.size() != 3) continue;
    const size_t partition = read_big_endian<uint16_t>(key.data() + 1);
    if (partition >= x_ends.size()) return Error{ErrorCode::kCorruptRecord, "log: dropped"};
    if (key[0] == 'c') x_dropped_changes->set_upto(partition, value);
    if (key[0] == 's') x_dropped_sessions->set_upto(partition, value);
    if (key[0] == 'i') x_dropped_claims->set_upto(partition, value);
  }
  if (!row->status().ok()) return to_error(row->status());
  return {};
}

// From what the last mark says was written, through the batches that came after that.
Result<void> RocksLog::load_ends() {
  std::vector<uint64_t> ends(x_ends.size(), 0);
  std::unique_ptr<rocksdb::Iterator> mark(
      x_database->db().NewIterator(range_read(), x_database->family(kMarks)));
  mark->Seek(slice(log_format::number(x_dropped->first()).view()));
  if (mark->Valid() && Mark(*mark).batch() == x_dropped->first()) {
    for (size_t p = 0; p < ends.size(); ++p) x_kept[p] = Mark(*mark).written(p);
  }
  mark->SeekToLast();
  if (mark->Valid()) {
    for (size_t p = 0; p < ends.size(); ++p) ends[p] = Mark(*mark).written(p);
    x_next_batch = Mark(*mark).batch();
  }
  if (!mark->status().ok()) return to_error(mark->status());
  auto first = first_batch_after(ends);
  if (!first) return first.error();
  std::unique_ptr<rocksdb::Iterator> row(
      x_database->db().NewIterator(range_read(), x_database->family(kEvents)));
  for (row->Seek(slice(log_format::number(*first).view())); row->Valid(); row->Next()) {
    x_next_batch = std::max(x_next_batch.load(), number_of(row->key()) + 1);
    auto read = for_each_share(view(row->value()), [&](const Share& share) {
      uint64_t& end = ends[to_index(share.partition)];
      end = std::max(end, share.position);
      return true;
    });
    if (!read) return read.error();
  }
  if (!row->status().ok()) return to_error(row->status());
  for (size_t p = 0; p < ends.size(); ++p) {
    x_ends[p] = x_taken[p] = ends[p];
    if (ends[p] > 0) x_partitions = p + 1;
  }
  return {};
}

Result<uint64_t> RocksLog::first_batch_after(std::span<const uint64_t> positions) {
  std::unique_ptr<rocksdb::Iterator> row(
      x_database->db().NewIterator(range_read(), x_database->family(kMarks)));
  for (row->SeekToLast(); row->Valid(); row->Prev()) {
    const Mark mark(*row);
    size_t p = 0;
    while (p < mark.partitions() && mark.taken(p) <= positions[p]) ++p;
    if (p == mark.partitions()) return std::max(mark.batch(), x_dropped->first());
  }
  if (!row->status().ok()) return to_error(row->status());
  return x_dropped->first();
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
  if (!batch.partitions.empty()) put_events(batch, writes);
  for (const PartitionAppend& share : batch.partitions) {
    if (!share.changes.empty()) {
      put(writes, x_database->family(kChanges),
          log_format::effect_key(share.partition, share.first_change).view(), share.changes);
    }
    if (!share.sessions.empty()) {
      put(writes, x_database->family(kSessions),
          log_format::effect_key(share.partition, share.first_session).view(), share.sessions);
    }
    if (!share.claims.empty()) {
      put(writes, x_database->family(kClaims),
          log_format::effect_key(share.partition, share.first_claim).view(), share.claims);
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
  return {};
}

void RocksLog::put_events(const LogBatch& batch, rocksdb::WriteBatch& writes) {
  thread_local std::string head;
  thread_local std::vector<Slice> parts;
  head.assign(1, static_cast<char>(log_format::kBatchVersion));
  parts.assign(1, Slice());
  ByteWriter writer(head);
  writer.varint(batch.partitions.size());
  size_t bytes = 0;
  size_t partitions = x_partitions.load(std::memory_order_relaxed);
  for (const PartitionAppend& share : batch.partitions) {
    const size_t partition = to_index(share.partition);
    RK_ASSERT(partition < x_ends.size() && !share.events.empty());
    RK_ASSERT(share.position == x_ends[partition].load(std::memory_order_relaxed) + 1);
    writer.varint(partition);
    writer.varint(share.position);
    writer.varint(share.events.size());
    parts.push_back(slice(share.events));
    bytes += share.events.size();
    // Before the number is taken: a mark that follows this batch has to know of it.
    x_taken[partition].store(share.position);
    while (partitions <= partition &&
           !x_partitions.compare_exchange_weak(partitions, partition + 1)) {
    }
  }
  parts.front() = slice(head);
  const size_t unmarked = x_unmarked_bytes.fetch_add(bytes, std::memory_order_relaxed);
  const bool marks = unmarked < x_config.mark_bytes && unmarked + bytes >= x_config.mark_bytes;
  const std::vector<uint64_t> ends = marks ? written_ends() : std::vector<uint64_t>();
  const uint64_t number = x_next_batch.fetch_add(1);
  const auto key = log_format::number(number);
  const Slice key_part = slice(key.view());
  const rocksdb::Status status =
      writes.Put(x_database->family(kEvents), rocksdb::SliceParts(&key_part, 1),
                 rocksdb::SliceParts(parts.data(), static_cast<int>(parts.size())));
  RK_ASSERT(status.ok());
  if (!marks) return;
  put_mark(number, ends, writes);
  x_unmarked_bytes.store(0, std::memory_order_relaxed);
}

std::vector<uint64_t> RocksLog::written_ends() const {
  std::vector<uint64_t> ends(x_partitions.load());
  for (size_t p = 0; p < ends.size(); ++p) ends[p] = x_ends[p].load();
  return ends;
}

// REQUIRES: `ends` was read before the number was taken, so that all of it lies before the mark;
// x_taken is read after that, so that nothing before the mark is missing from it.
void RocksLog::put_mark(uint64_t number, const std::vector<uint64_t>& ends,
                        rocksdb::WriteBatch& writes) const {
  std::string value;
  ByteWriter writer(value);
  for (size_t p = 0; p < x_partitions.load(); ++p) {
    writer.fixed(x_taken[p].load());
    writer.fixed(p < ends.size() ? ends[p] : uint64_t{0});
  }
  put(writes, x_database->family(kMarks), log_format::number(number).view(), value);
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

Result<void> RocksLog::sync() {
  return x_database->sync();
}

Result<uint64_t> RocksLog::end(PartitionId partition) {
  RK_ASSERT(to_index(partition) < x_ends.size());
  return x_ends[to_index(partition)].load(std::memory_order_acquire);
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
