// Keys of the RocksDB log, all big-endian so that byte order is number order. Values:
// core/log_format.h.
//
//   events      4 segment · 2 partition · 8 position
//   changes     2 partition · 8 seq of the value's first change
//   sessions    2 partition · 8 seq of the value's first session
//   quarantine  8 id
//   default     'e' · 2 partition  → 8 position: `end` of a partition when a segment was dropped
//               'q'                → 8 id: the next quarantine entry's, at least
//               's'                → 8 number of the first segment that was not dropped
//
// A segment is a stretch of the log in time, over all partitions: its number grows when so many
// bytes were appended. With it first in the key, what was appended together lies together:
// compaction never touches an old segment again, and an expired one leaves as whole files. A
// partition's positions ascend over its segments.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/ids.h"

namespace rekindle::state::log_format {

inline constexpr size_t kEventPrefixBytes = 6;  // positions ascend within segment and partition
inline constexpr size_t kEffectPrefixBytes = 2;

template <size_t N>
struct Key {
  std::array<char, N> bytes;
  [[nodiscard]] std::string_view view() const { return {bytes.data(), N}; }
};

template <typename T>
inline void store_big_endian(T value, char* out) {
  for (size_t i = 0; i < sizeof(T); ++i) {
    out[i] = static_cast<char>(value >> (8 * (sizeof(T) - 1 - i)));
  }
}

inline Key<14> event_key(uint32_t segment, PartitionId partition, uint64_t position) {
  Key<14> key;
  store_big_endian(segment, key.bytes.data());
  store_big_endian(to_index(partition), key.bytes.data() + 4);
  store_big_endian(position, key.bytes.data() + 6);
  return key;
}
inline Key<10> effect_key(PartitionId partition, uint64_t seq) {
  Key<10> key;
  store_big_endian(to_index(partition), key.bytes.data());
  store_big_endian(seq, key.bytes.data() + 2);
  return key;
}
inline Key<8> number(uint64_t id) {  // a quarantine key; the values of `default`
  Key<8> key;
  store_big_endian(id, key.bytes.data());
  return key;
}
inline Key<3> end_key(PartitionId partition) {
  Key<3> key;
  key.bytes[0] = 'e';
  store_big_endian(to_index(partition), key.bytes.data() + 1);
  return key;
}
inline constexpr std::string_view kNextQuarantineKey = "q";
inline constexpr std::string_view kFirstSegmentKey = "s";

}  // namespace rekindle::state::log_format
