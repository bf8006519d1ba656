// How RocksLog's rows are written and read; shared by the rocks_log*.cc only.
#pragma once

#include <rocksdb/compaction_filter.h>

#include <atomic>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "core/assert.h"
#include "core/bytes.h"
#include "core/limits.h"
#include "core/log_format.h"
#include "state/rocks_database.h"
#include "state/rocks_log_format.h"

namespace rekindle::state {

using rocksdb::Slice;

inline constexpr uint64_t kLast = std::numeric_limits<uint64_t>::max();

enum Stream : size_t { kDefault, kEvents, kChanges, kSessions, kQuarantine, kMarks, kClaims };

inline Slice slice(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}
inline std::string_view view(const Slice& bytes) {
  return {bytes.data(), bytes.size()};
}

inline void put(rocksdb::WriteBatch& writes, rocksdb::ColumnFamilyHandle* family,
                std::string_view key, std::string_view value) {
  const rocksdb::Status status = writes.Put(family, slice(key), slice(value));
  RK_ASSERT(status.ok());  // fails only for more than 4 GB in one value
}

// Long reads must not push out what is looked up.
inline rocksdb::ReadOptions range_read() {
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  return options;
}

// REQUIRES: a key of 8 bytes, as in events, quarantine and marks.
inline uint64_t number_of(const Slice& key) {
  RK_ASSERT(key.size() == 8);
  return read_big_endian<uint64_t>(key.data());
}

// How far the partitions had come at a batch; see rocks_log_format.h. Partitions past its end had
// no record yet.
class Mark {
 public:
  // REQUIRES: the row is valid and stays where it is.
  explicit Mark(const rocksdb::Iterator& row)
      : x_batch(number_of(row.key())), x_value(view(row.value())) {}
  [[nodiscard]] uint64_t batch() const { return x_batch; }
  [[nodiscard]] size_t partitions() const { return x_value.size() / log_format::kMarkEntryBytes; }
  [[nodiscard]] uint64_t taken(size_t partition) const { return at(partition, 0); }
  [[nodiscard]] uint64_t written(size_t partition) const { return at(partition, 8); }

 private:
  [[nodiscard]] uint64_t at(size_t partition, size_t offset) const {
    if (partition >= partitions()) return 0;
    return ByteReader(x_value.substr(partition * log_format::kMarkEntryBytes + offset))
        .fixed<uint64_t>();
  }
  uint64_t x_batch;
  std::string_view x_value;
};

// Removes what is left of dropped batches whenever a compaction comes by. No range deletions: they
// would be looked through by every reader until then.
class DroppedBatches final : public rocksdb::CompactionFilter {
 public:
  [[nodiscard]] const char* Name() const override { return "rekindle.dropped_batches"; }
  [[nodiscard]] bool Filter(int, const Slice& key, const Slice&, std::string*,
                            bool*) const override {
    return number_of(key) < first();
  }
  [[nodiscard]] uint64_t first() const { return x_first.load(std::memory_order_relaxed); }
  void set_first(uint64_t batch) { x_first.store(batch, std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> x_first{1};
};

// The number after the last one that an effects value holds.
inline Result<uint64_t> next_seq(uint64_t first, std::string_view value) {
  std::string_view content;
  auto count = read_effects_header(value, content);
  if (!count) return count.error();
  return first + *count;
}

// The same for a stream of effects: how far each partition's was dropped.
class DroppedEffects final : public rocksdb::CompactionFilter {
 public:
  DroppedEffects() : x_upto(limits::kPartitionsMax) {}
  [[nodiscard]] const char* Name() const override { return "rekindle.dropped_effects"; }
  [[nodiscard]] bool Filter(int, const Slice& key, const Slice& value, std::string*,
                            bool*) const override {
    RK_ASSERT(key.size() == 10);
    const auto next = next_seq(read_big_endian<uint64_t>(key.data() + 2), view(value));
    return next && *next <= upto(read_big_endian<uint16_t>(key.data())) + 1;
  }
  [[nodiscard]] uint64_t upto(size_t partition) const {
    return x_upto[partition].load(std::memory_order_relaxed);
  }
  void set_upto(size_t partition, uint64_t seq) {
    x_upto[partition].store(seq, std::memory_order_relaxed);
  }

 private:
  std::vector<std::atomic<uint64_t>> x_upto;  // by partition
};

struct Share {  // of a batch: one partition's record
  PartitionId partition;
  uint64_t position;
  std::string_view record;
};

// Calls visit(share) for each partition's record in an events value, until it returns false.
template <typename Visit>
Result<void> for_each_share(std::string_view value, Visit&& visit) {
  constexpr size_t kShareBytesMin = 3;
  ByteReader head(value);
  if (head.fixed<uint8_t>() != log_format::kBatchVersion) {
    return Error{ErrorCode::kNewerVersion, "log: events of another version"};
  }
  const size_t count = head.count(kShareBytesMin);
  ByteReader sizes = head;
  for (size_t i = 0; i < 3 * count; ++i) static_cast<void>(head.varint());  // to the records
  ByteReader& records = head;
  for (size_t i = 0; i < count; ++i) {
    const uint64_t partition = sizes.varint();
    const uint64_t position = sizes.varint();
    const std::string_view record = records.raw(sizes.varint());
    if (!sizes.ok() || !records.ok() || partition >= limits::kPartitionsMax) {
      return Error{ErrorCode::kCorruptRecord, "log: events"};
    }
    if (!visit(Share{PartitionId{static_cast<uint16_t>(partition)}, position, record})) return {};
  }
  return {};
}

}  // namespace rekindle::state
