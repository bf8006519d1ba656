// How RocksLog's rows are written and read; shared by rocks_log.cc and rocks_log_trim.cc only.
#pragma once

#include <rocksdb/compaction_filter.h>

#include <atomic>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "core/assert.h"
#include "core/bytes.h"
#include "state/rocks_database.h"
#include "state/rocks_log_format.h"

namespace rekindle::state {

using rocksdb::Slice;

inline constexpr uint64_t kLast = std::numeric_limits<uint64_t>::max();

enum Stream : size_t { kDefault, kEvents, kChanges, kSessions, kQuarantine };

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

struct EventKey {
  uint32_t segment;
  PartitionId partition;
  uint64_t position;
};
// REQUIRES: a key of the event stream.
inline EventKey parse_event_key(const Slice& key) {
  RK_ASSERT(key.size() == 14);
  return {read_big_endian<uint32_t>(key.data()),
          PartitionId{read_big_endian<uint16_t>(key.data() + 4)},
          read_big_endian<uint64_t>(key.data() + 6)};
}

// Removes what is left of dropped segments whenever a compaction comes by. No range deletions: see
// log_family.
class DroppedSegments final : public rocksdb::CompactionFilter {
 public:
  [[nodiscard]] const char* Name() const override { return "rekindle.dropped_segments"; }
  [[nodiscard]] bool Filter(int, const Slice& key, const Slice&, std::string*,
                            bool*) const override {
    return parse_event_key(key).segment < first();
  }
  [[nodiscard]] uint32_t first() const { return x_first.load(std::memory_order_relaxed); }
  void set_first(uint32_t segment) { x_first.store(segment, std::memory_order_relaxed); }

 private:
  std::atomic<uint32_t> x_first{1};
};

}  // namespace rekindle::state
