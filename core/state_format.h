// Keys of the state store's tables. Big-endian, so that a partition's rows lie together and in the
// order scans want.
//
//   kVisitors   2 partition · 8 key.high · 8 key.low          → core/visitor_format.h
//   kNames      2 partition · 4 visitor number                → 4 site id (little-endian) · name
//   kDeadlines  2 partition · 8 time (ms, top bit flipped) · 8 key.high · 8 key.low → empty
//   kPartitions 2 partition · 1 what: 'c' checkpoint (core/partition_format.h), 'r' rules,
//               'i' insights (core/insights.h), 't' its part of the shared sums: varint count ·
//               8 key · zigzag sum each, ascending by key, 'm' member set followed by 2 audience id
//               →
//                   16 checksum (core/set_checksum.h; high, low: big-endian) · roaring portable
//                   bytes; 'v' the same of those who have a voice (core/voice.h)
//   kModels     name                                          → the model's own format
#pragma once

#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/ids.h"
#include "core/time.h"

namespace rekindle::state_format {

inline void append_partition(PartitionId partition, std::string& out) {
  append_big_endian(out, to_index(partition));
}
inline void append_visitor(PartitionId partition, VisitorKey key, std::string& out) {
  append_partition(partition, out);
  append_big_endian(out, key.high);
  append_big_endian(out, key.low);
}
inline void append_number(PartitionId partition, VisitorNumber number, std::string& out) {
  append_partition(partition, out);
  append_big_endian(out, number);
}
inline void append_deadline(PartitionId partition, EventTime time, VisitorKey key,
                            std::string& out) {
  append_partition(partition, out);
  append_big_endian(out, static_cast<uint64_t>(time.ms) ^ (1ULL << 63));
  append_big_endian(out, key.high);
  append_big_endian(out, key.low);
}
inline void append_partition_row(PartitionId partition, char what, std::string& out) {
  append_partition(partition, out);
  out.push_back(what);
}

inline constexpr size_t kVisitorKeyBytes = 18;
inline constexpr size_t kDeadlineKeyBytes = 26;
inline constexpr size_t kChecksumBytes = 16;  // before a member set

// REQUIRES: a key of the table.
inline VisitorKey visitor_of(std::string_view key, size_t offset = 2) {
  return {read_big_endian<uint64_t>(key.data() + offset),
          read_big_endian<uint64_t>(key.data() + offset + 8)};
}
inline EventTime deadline_of(std::string_view key) {
  return {static_cast<int64_t>(read_big_endian<uint64_t>(key.data() + 2) ^ (1ULL << 63))};
}
// The first key after all of a partition's.
inline std::string partition_end(PartitionId partition) {
  std::string end;
  if (to_index(partition) == 0xffff) return std::string(3, '\xff');
  append_big_endian(end, static_cast<uint16_t>(to_index(partition) + 1));
  return end;
}

}  // namespace rekindle::state_format
