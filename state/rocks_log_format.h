// Keys of the RocksDB log, all big-endian so that byte order is number order. Values of effects and
// quarantine: core/log_format.h.
//
//   events      8 batch → the records of the batch, see below
//   changes     2 partition · 8 seq of the value's first change
//   sessions    2 partition · 8 seq of the value's first session
//   claims      2 partition · 8 seq of the value's first claim
//   quarantine  8 id
//   marks       8 batch → by partition: 8 taken · 8 written, little-endian
//   default     'q' → 8 id: the next quarantine entry's, at least
//               'b' → 8 number of the first batch that was not dropped
//               'r' → 8 of no meaning; there while values are written again
//               'c' (changes), 's' (sessions), 'i' (claims) · 2 partition → 8 last seq that was
//               dropped
//
// An events value is all that one append() brought, of all its partitions:
//   1 version (1) · varint count · per partition: varint partition · varint position · varint size
//   · the records, back to back in that order
// One value a batch, and not one a partition, because that is what an append costs: with 64
// partitions a batch of 512 events would otherwise be 64 insertions.
//
// Batches are numbered in the order they were begun. A mark says how far each partition had come at
// its batch: where to start reading, and what can be dropped.
//   taken    no batch before this one holds a later position; another thread may be writing one
//            that is not yet there, so the position itself may never come to be
//   written  positions up to here are in the log
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/ids.h"

namespace rekindle::state::log_format {

inline constexpr uint8_t kBatchVersion = 1;
inline constexpr size_t kEffectPrefixBytes = 2;
inline constexpr size_t kMarkEntryBytes = 16;

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

inline Key<10> effect_key(PartitionId partition, uint64_t seq) {
  Key<10> key;
  store_big_endian(to_index(partition), key.bytes.data());
  store_big_endian(seq, key.bytes.data() + 2);
  return key;
}
inline Key<8> number(uint64_t id) {  // a batch's or quarantine entry's key; values of `default`
  Key<8> key;
  store_big_endian(id, key.bytes.data());
  return key;
}
inline Key<3> dropped_key(char stream, PartitionId partition) {
  Key<3> key;
  key.bytes[0] = stream;
  store_big_endian(to_index(partition), key.bytes.data() + 1);
  return key;
}
inline constexpr std::string_view kNextQuarantineKey = "q";
inline constexpr std::string_view kFirstBatchKey = "b";
inline constexpr std::string_view kRewritingKey = "r";

}  // namespace rekindle::state::log_format
