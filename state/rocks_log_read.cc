// Reading the embedded log: events of many partitions at once, effects of one, quarantine.
#include <algorithm>

#include "core/assert.h"
#include "core/bytes.h"
#include "core/log_format.h"
#include "state/rocks_database.h"
#include "state/rocks_log.h"
#include "state/rocks_log_format.h"
#include "state/rocks_log_rows.h"

namespace rekindle::state {

Result<void> RocksLog::read_events(std::span<const LogPosition> after, RecordVisitor visit) {
  // By partition; kLast: not asked for.
  std::vector<uint64_t> positions(x_ends.size(), kLast);
  for (const LogPosition& from : after) positions[to_index(from.partition)] = from.position;
  auto first = first_batch_after(positions);
  if (!first) return first.error();
  const auto family = x_database->family(kEvents);
  std::unique_ptr<rocksdb::Iterator> row(x_database->db().NewIterator(range_read(), family));
  bool wanted = true;
  for (row->Seek(slice(log_format::number(*first).view())); row->Valid() && wanted; row->Next()) {
    auto read = for_each_share(view(row->value()), [&](const Share& share) {
      if (share.position <= positions[to_index(share.partition)]) return true;
      return wanted = visit(share.partition, share.position, share.record);
    });
    if (!read) return read.error();
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
  const DroppedEffects& dropped = dropped_of(stream);
  const uint64_t from = std::max(after, dropped.upto(to_index(partition)));
  // The value that holds from + 1 begins at it or before it.
  row->SeekForPrev(slice(log_format::effect_key(partition, from + 1).view()));
  if (!row->Valid() && row->status().ok()) row->SeekToFirst();
  for (; row->Valid(); row->Next()) {
    const auto first = read_big_endian<uint64_t>(row->key().data() + 2);
    const auto next = next_seq(first, view(row->value()));
    if (!next) return next.error();
    if (*next <= from + 1) continue;  // ends before what was asked for, or was dropped
    if (!visit(first, view(row->value()))) return {};
  }
  if (!row->status().ok()) return to_error(row->status());
  return {};
}

Result<void> RocksLog::read_changes(PartitionId partition, uint64_t after, LogVisitor visit) {
  if (after > 0 && after < x_dropped_changes->upto(to_index(partition))) {
    return Error{ErrorCode::kGone, "change " + std::to_string(after + 1)};
  }
  return read_effects(kChanges, partition, after, visit);
}

Result<void> RocksLog::read_sessions(PartitionId partition, uint64_t after, LogVisitor visit) {
  return read_effects(kSessions, partition, after, visit);
}

Result<void> RocksLog::read_claims(PartitionId partition, uint64_t after, LogVisitor visit) {
  return read_effects(kClaims, partition, after, visit);
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

}  // namespace rekindle::state
