// RocksLog's way of letting go of old records: all batches before a mark, oldest first.
#include <rocksdb/convenience.h>

#include <algorithm>

#include "state/rocks_log.h"
#include "state/rocks_log_rows.h"

namespace rekindle::state {
namespace {

char letter_of(size_t stream) {
  if (stream == kChanges) return 'c';
  return stream == kSessions ? 's' : 'i';
}

}  // namespace

Result<void> RocksLog::trim(std::span<const LogTrim> upto) {
  const std::lock_guard lock(x_trimming);
  for (const LogTrim& trim : upto) {
    const size_t p = to_index(trim.partition);
    RK_ASSERT(p < x_ends.size());
    const uint64_t end = x_ends[p].load(std::memory_order_acquire);
    x_trimmed[p] = std::max(x_trimmed[p], std::min(trim.position, end));
  }
  if (auto done = trim_events(); !done) return done;
  if (auto done = trim_effects(kChanges, upto); !done) return done;
  if (auto done = trim_effects(kSessions, upto); !done) return done;
  return trim_effects(kClaims, upto);
}

Result<void> RocksLog::trim_events() {
  // With little traffic there would be no mark for days: now is one, for a later call to use.
  if (auto marked = set_mark(); !marked) return marked;
  const auto kept = last_expired_mark();
  if (!kept) return kept.error();
  return *kept <= x_dropped->first() ? Result<void>() : drop_batches_before(*kept);
}

// Readers stop seeing them at once. Their space comes back with whole files now, and with the rest
// when a compaction comes by.
Result<void> RocksLog::trim_effects(size_t stream, std::span<const LogTrim> upto) {
  DroppedEffects& dropped = dropped_of(stream);
  const auto seq_of = [&](const LogTrim& trim) {
    const uint64_t seq = stream == kChanges    ? trim.change
                         : stream == kSessions ? trim.session
                                               : trim.claim;
    return seq > dropped.upto(to_index(trim.partition)) ? seq : 0;
  };
  rocksdb::WriteBatch writes;
  for (const LogTrim& trim : upto) {
    if (seq_of(trim) == 0) continue;
    const auto key = log_format::dropped_key(letter_of(stream), trim.partition);
    put(writes, x_database->family(kDefault), key.view(), log_format::number(seq_of(trim)).view());
  }
  if (writes.Count() == 0) return {};
  if (auto written = x_database->write(writes, true); !written) return written;
  const auto family = x_database->family(stream);
  std::unique_ptr<rocksdb::Iterator> row(x_database->db().NewIterator(range_read(), family));
  for (const LogTrim& trim : upto) {
    const uint64_t seq = seq_of(trim);
    if (seq == 0) continue;
    dropped.set_upto(to_index(trim.partition), seq);
    // The value that holds seq + 1 begins at it or before it, and stays.
    const auto begin = log_format::effect_key(trim.partition, 0);
    row->SeekForPrev(slice(log_format::effect_key(trim.partition, seq + 1).view()));
    if (!row->Valid() || row->key().compare(slice(begin.view())) <= 0) continue;
    const std::string kept = row->key().ToString();
    const Slice from = slice(begin.view());
    const Slice to(kept);
    const auto status = rocksdb::DeleteFilesInRange(&x_database->db(), family, &from, &to, false);
    if (!status.ok()) return to_error(status);
  }
  if (!row->status().ok()) return to_error(row->status());
  return {};
}

// Batches that are taken from here on have this number or a later one, and whoever took one before
// had said so in x_taken.
Result<void> RocksLog::set_mark() {
  const std::vector<uint64_t> ends = written_ends();
  const uint64_t number = x_next_batch.load();
  if (number == x_last_mark) return {};
  rocksdb::WriteBatch writes;
  put_mark(number, ends, writes);
  if (auto written = x_database->write(writes, false); !written) return written;
  x_last_mark = number;
  return {};
}

// The newest mark before which every record was trimmed; 0 without one. A partition that wrote
// nothing since the first kept batch keeps nobody.
Result<uint64_t> RocksLog::last_expired_mark() {
  uint64_t expired = 0;
  std::unique_ptr<rocksdb::Iterator> row(
      x_database->db().NewIterator(range_read(), x_database->family(kMarks)));
  for (row->SeekToFirst(); row->Valid(); row->Next()) {
    const Mark mark(*row);
    for (size_t p = 0; p < mark.partitions(); ++p) {
      if (mark.taken(p) > std::max(x_trimmed[p], x_kept[p])) return expired;
    }
    expired = mark.batch();
  }
  if (!row->status().ok()) return to_error(row->status());
  return expired;
}

Result<void> RocksLog::drop_batches_before(uint64_t kept) {
  rocksdb::WriteBatch writes;
  const auto marks = x_database->family(kMarks);
  put(writes, x_database->family(kDefault), log_format::kFirstBatchKey,
      log_format::number(kept).view());
  std::unique_ptr<rocksdb::Iterator> row(x_database->db().NewIterator(range_read(), marks));
  for (row->SeekToFirst(); row->Valid() && number_of(row->key()) < kept; row->Next()) {
    const rocksdb::Status status = writes.Delete(marks, row->key());
    RK_ASSERT(status.ok());
  }
  if (row->Valid()) {
    for (size_t p = 0; p < x_kept.size(); ++p) x_kept[p] = Mark(*row).written(p);
  }
  if (!row->status().ok()) return to_error(row->status());
  // On the disk before the records leave it: the mark knows the ends of those who wrote nothing
  // since.
  if (auto written = x_database->write(writes, true); !written) return written;
  x_dropped->set_first(kept);
  const auto begin = log_format::number(0);
  const auto past = log_format::number(kept);
  const Slice from = slice(begin.view());
  const Slice to = slice(past.view());
  const auto status = rocksdb::DeleteFilesInRange(&x_database->db(), x_database->family(kEvents),
                                                  &from, &to, false);
  if (!status.ok()) return to_error(status);
  return {};
}

}  // namespace rekindle::state
