// RocksLog's way of taking something out of the middle: values are written again under their keys,
// then every file that held the old ones is compacted away.
#include <optional>
#include <utility>
#include <vector>

#include "core/log_format.h"
#include "state/rocks_log.h"
#include "state/rocks_log_rows.h"

namespace rekindle::state {
namespace {

constexpr size_t kWriteBytes = 1'024 * 1'024;  // written together
constexpr size_t kKeyBytesMax = 16;            // of any stream

struct Touched {  // keys of a stream that were written
  std::string first;
  std::string last;
  void add(const Slice& key) {
    if (first.empty()) first = key.ToString();
    last = key.ToString();
  }
};

std::string value_of(const std::vector<Share>& shares) {
  std::string value(1, static_cast<char>(log_format::kBatchVersion));
  ByteWriter writer(value);
  writer.varint(shares.size());
  for (const Share& share : shares) {
    writer.varint(to_index(share.partition));
    writer.varint(share.position);
    writer.varint(share.record.size());
  }
  for (const Share& share : shares) writer.raw(share.record);
  return value;
}

// The batch as it is to be; nothing when it stays.
Result<std::optional<std::string>> rewritten(std::string_view value, LogRewriter& rewriter) {
  std::vector<Share> shares;
  std::vector<std::string> records;
  std::vector<size_t> places;  // of `records` in `shares`
  std::string out;
  auto read = for_each_share(value, [&](const Share& share) {
    shares.push_back(share);
    if (!rewriter.record(share.partition, share.position, share.record, out)) return true;
    places.push_back(shares.size() - 1);
    records.push_back(std::move(out));
    out.clear();
    return true;
  });
  if (!read) return read.error();
  if (places.empty()) return std::optional<std::string>();
  for (size_t i = 0; i < places.size(); ++i) shares[places[i]].record = records[i];
  return std::optional(value_of(shares));
}

bool rewrites(size_t stream, LogRewriter& rewriter, PartitionId partition, uint64_t first,
              std::string_view value, std::string& out) {
  if (stream == kChanges) return rewriter.changes(partition, first, value, out);
  if (stream == kSessions) return rewriter.sessions(partition, first, value, out);
  return rewriter.claims(partition, first, value, out);
}

}  // namespace

// Calls rewrite(key, value) for each row; a string it returns takes the value's place.
template <typename Rewrite>
Result<void> RocksLog::rewrite_stream(size_t stream, std::string_view from, Rewrite rewrite) {
  const auto family = x_database->family(stream);
  std::unique_ptr<rocksdb::Iterator> row(x_database->db().NewIterator(range_read(), family));
  rocksdb::WriteBatch writes;
  Touched touched;
  const auto flush = [&]() -> Result<void> {
    if (writes.Count() == 0) return {};
    auto written = x_database->write(writes, false);
    writes.Clear();
    return written;
  };
  for (row->Seek(slice(from)); row->Valid(); row->Next()) {
    Result<std::optional<std::string>> value = rewrite(view(row->key()), view(row->value()));
    if (!value) return value.error();
    if (!*value) continue;
    touched.add(row->key());
    put(writes, family, view(row->key()), **value);
    if (writes.GetDataSize() < kWriteBytes) continue;
    if (auto written = flush(); !written) return written;
  }
  if (!row->status().ok()) return to_error(row->status());
  if (auto written = flush(); !written) return written;
  row.reset();  // it holds the old files
  return compact(stream, touched.first, touched.last);
}

Result<void> RocksLog::rewrite_effects(size_t stream, LogRewriter& rewriter) {
  std::string out;
  return rewrite_stream(
      stream, {},
      [&](std::string_view key, std::string_view value) -> Result<std::optional<std::string>> {
        const PartitionId partition{read_big_endian<uint16_t>(key.data())};
        const auto first = read_big_endian<uint64_t>(key.data() + 2);
        if (!rewrites(stream, rewriter, partition, first, value, out))
          return std::optional<std::string>();
        return std::optional(out);
      });
}

Result<void> RocksLog::drop_quarantine(LogRewriter& rewriter) {
  rocksdb::WriteBatch writes;
  const auto family = x_database->family(kQuarantine);
  Touched touched;
  {
    std::unique_ptr<rocksdb::Iterator> row(x_database->db().NewIterator(range_read(), family));
    for (row->SeekToFirst(); row->Valid(); row->Next()) {
      auto entry = rekindle::read_quarantine(number_of(row->key()), view(row->value()));
      if (!entry) return entry.error();
      if (!rewriter.drops(*entry)) continue;
      touched.add(row->key());
      const rocksdb::Status status = writes.Delete(family, row->key());
      RK_ASSERT(status.ok());
    }
    if (!row->status().ok()) return to_error(row->status());
  }
  if (writes.Count() > 0) {
    if (auto written = x_database->write(writes, false); !written) return written;
  }
  return compact(kQuarantine, touched.first, touched.last);
}

// With the write-ahead log, which ends with what is in the write buffers.
Result<void> RocksLog::compact(size_t stream, std::string_view first, std::string_view last) {
  if (first.empty() && !x_compacts_all) return {};
  if (auto flushed = x_database->flush(); !flushed) return flushed;
  if (x_compacts_all) {
    return x_database->compact(stream, std::string(1, '\0'), std::string(kKeyBytesMax, '\xff'));
  }
  return x_database->compact(stream, first, last);
}

// What was written again before a kill is not met as old any more by the next rewrite, but its old
// value may lie in some file; so from the first write on a row says that there is such a thing.
Result<void> RocksLog::rewrite(LogRewriter& rewriter) {
  rocksdb::WriteBatch begins;
  put(begins, x_database->family(kDefault), log_format::kRewritingKey,
      log_format::number(1).view());
  if (auto begun = x_database->write(begins, true); !begun) return begun;
  x_compacts_all = std::exchange(x_is_rewriting, true);
  const auto first = log_format::number(x_dropped->first());
  auto events = rewrite_stream(
      kEvents, first.view(),
      [&](std::string_view, std::string_view value) { return rewritten(value, rewriter); });
  if (!events) return events;
  if (auto changes = rewrite_effects(kChanges, rewriter); !changes) return changes;
  if (auto sessions = rewrite_effects(kSessions, rewriter); !sessions) return sessions;
  if (auto claims = rewrite_effects(kClaims, rewriter); !claims) return claims;
  if (auto dropped = drop_quarantine(rewriter); !dropped) return dropped;
  if (auto dropped = x_database->drop_old_files(); !dropped) return dropped;
  rocksdb::WriteBatch ends;
  const rocksdb::Status status =
      ends.Delete(x_database->family(kDefault), slice(log_format::kRewritingKey));
  RK_ASSERT(status.ok());
  if (auto ended = x_database->write(ends, false); !ended) return ended;
  x_is_rewriting = false;
  return {};
}

}  // namespace rekindle::state
