// RocksLog's way of letting go of old records: whole segments, oldest first.
#include <rocksdb/convenience.h>

#include <algorithm>

#include "state/rocks_log.h"
#include "state/rocks_log_rows.h"

namespace rekindle::state {

// Only whole segments leave. The two newest stay: a shard may be writing to the one before the
// current, and has been overtaken by a whole segment when it writes to an older one.
Result<void> RocksLog::trim_events(PartitionId partition, uint64_t position) {
  const std::lock_guard lock(x_trimming);
  const size_t index = to_index(partition);
  RK_ASSERT(index < x_ends.size());
  position = std::min(position, x_ends[index].load(std::memory_order_acquire));
  if (position <= x_trimmed[index]) return {};
  x_trimmed[index] = position;

  // With little traffic a segment would never be full and never leave: it ends when the first of
  // its records has, so that none is kept for longer than twice the retention.
  const auto family = x_database->family(kEvents);
  std::unique_ptr<rocksdb::Iterator> row(x_database->db().NewIterator(range_read(), family));
  uint32_t current = x_segment.load(std::memory_order_relaxed);
  row->Seek(slice(log_format::event_key(current, partition, 0).view()));
  if (!row->status().ok()) return to_error(row->status());
  if (row->Valid()) {
    const EventKey oldest = parse_event_key(row->key());
    if (oldest.segment == current && oldest.partition == partition && oldest.position <= position) {
      x_segment_bytes.store(0, std::memory_order_relaxed);
      current = x_segment.fetch_add(1, std::memory_order_relaxed) + 1;
    }
  }

  if (x_trimmed[to_index(x_blocker)] < x_blocker_position) return {};
  uint32_t kept = x_dropped->first();
  for (; kept + 1 < current; ++kept) {
    const auto expired = is_expired(kept);
    if (!expired) return expired.error();
    if (!*expired) break;
  }
  if (kept == x_dropped->first()) return {};
  return drop_segments_before(kept);
}

// Whether every record of the segment was trimmed; if not, remembers one that was not.
Result<bool> RocksLog::is_expired(uint32_t segment) {
  const auto family = x_database->family(kEvents);
  std::unique_ptr<rocksdb::Iterator> row(x_database->db().NewIterator(range_read(), family));
  row->Seek(slice(log_format::event_key(segment, PartitionId{0}, 0).view()));
  while (row->Valid()) {
    const EventKey first = parse_event_key(row->key());
    if (first.segment != segment) break;
    row->SeekForPrev(slice(log_format::event_key(segment, first.partition, kLast).view()));
    if (!row->Valid()) break;
    const uint64_t last = parse_event_key(row->key()).position;
    if (last > x_trimmed[to_index(first.partition)]) {
      x_blocker = first.partition;
      x_blocker_position = last;
      return false;
    }
    row->Next();
  }
  if (!row->status().ok()) return to_error(row->status());
  return true;
}

Result<void> RocksLog::drop_segments_before(uint32_t kept) {
  rocksdb::WriteBatch writes;
  const auto numbers = x_database->family(kDefault);
  put(writes, numbers, log_format::kFirstSegmentKey, log_format::number(kept).view());
  for (size_t p = 0; p < x_ends.size(); ++p) {
    const uint64_t end = x_ends[p].load(std::memory_order_acquire);
    if (end == 0) continue;
    const auto key = log_format::end_key(PartitionId{static_cast<uint16_t>(p)});
    put(writes, numbers, key.view(), log_format::number(end).view());
  }
  // On the disk before the records leave it, or a power cut could take a partition's end with them.
  if (auto written = x_database->write(writes, true); !written) return written;
  x_dropped->set_first(kept);
  const auto begin = log_format::event_key(0, PartitionId{0}, 0);
  const auto past = log_format::event_key(kept, PartitionId{0}, 0);
  const Slice from = slice(begin.view());
  const Slice to = slice(past.view());
  const auto status = rocksdb::DeleteFilesInRange(&x_database->db(), x_database->family(kEvents),
                                                  &from, &to, false);
  if (!status.ok()) return to_error(status);
  return {};
}

}  // namespace rekindle::state
