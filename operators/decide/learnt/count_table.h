// Counts by number in open addressing: what heavy_counts.h is made of. One cache line is read to
// find a key in a table of any size, and a small table is copied as it is.
#pragma once

#include <absl/numeric/bits.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/assert.h"
#include "operators/decide/learnt/name_numbers.h"

namespace rekindle::operators {

struct HeavyCount {
  NameNumber key = kNoNumber;
  uint32_t count = 0;  // how often; 0: this slot of a table is empty
  int64_t units = 0;   // faded and weighted, see decay_scale.h
};
static_assert(sizeof(HeavyCount) == 16);

// A plain value: whoever has it frees what slots() gives, and decides when (Versions).
// Invariants: at most three of four slots are in use; an entry stands at its key's place, or behind
// it with no empty slot between.
class CountTable {
 public:
  [[nodiscard]] uint32_t size() const { return x_size; }
  [[nodiscard]] uint32_t places() const { return x_slots == nullptr ? 0 : 1u << (32 - x_shift); }
  [[nodiscard]] bool is_full() const { return (x_size + 1) * 4 > places() * 3; }
  [[nodiscard]] bool is_sparse() const { return places() > kPlacesMin && x_size * 8 < places(); }
  [[nodiscard]] const HeavyCount* slots() const { return x_slots; }

  [[nodiscard]] HeavyCount* find(NameNumber key) {
    if (x_slots == nullptr) return nullptr;
    HeavyCount& slot = x_slots[slot_of(key)];
    return slot.count == 0 ? nullptr : &slot;
  }
  // REQUIRES: the key is not there, and !is_full().
  HeavyCount& insert(const HeavyCount& entry) {
    ++x_size;
    return x_slots[slot_of(entry.key)] = entry;
  }
  // Closes the gap: whatever probed past it moves up (Knuth, TAOCP vol. 3, algorithm 6.4R).
  void erase(const HeavyCount* entry) {
    const uint32_t mask = places() - 1;
    auto gap = static_cast<uint32_t>(entry - x_slots);
    for (uint32_t at = (gap + 1) & mask; x_slots[at].count != 0; at = (at + 1) & mask) {
      if (((at - home_of(x_slots[at].key)) & mask) < ((at - gap) & mask)) continue;
      x_slots[gap] = x_slots[at];
      gap = at;
    }
    x_slots[gap] = {};
    --x_size;
  }
  template <typename Do>
  void for_each(const Do& action) const {
    for (uint32_t at = 0; at < places(); ++at) {
      if (x_slots[at].count != 0) action(x_slots[at]);
    }
  }

  // Entries of this one with room for `size`, in memory of its own.
  [[nodiscard]] CountTable with_room_for(size_t size) const {
    CountTable made(std::max(size, size_t{x_size}));
    for_each([&](const HeavyCount& entry) { made.insert(entry); });
    return made;
  }
  // The same in memory of its own.
  [[nodiscard]] CountTable copy() const {
    CountTable to = *this;
    if (x_slots != nullptr) {
      to.x_slots = new HeavyCount[places()];
      std::copy(x_slots, x_slots + places(), to.x_slots);
    }
    return to;
  }
  void fetch(NameNumber key) const {
    if (x_slots != nullptr) __builtin_prefetch(&x_slots[home_of(key)]);
  }

  CountTable() = default;

 private:
  static constexpr uint32_t kPlacesMin = 8;

  explicit CountTable(size_t size) {
    const auto wanted = static_cast<uint32_t>(size * 4 / 3 + 1);
    const uint32_t places = std::max(kPlacesMin, absl::bit_ceil(wanted));
    x_shift = 32 - static_cast<uint32_t>(absl::countr_zero(places));
    x_slots = new HeavyCount[places]();
  }
  // Numbers are dense: multiplied by the golden ratio they spread (Knuth, vol. 3, 6.4).
  [[nodiscard]] uint32_t home_of(NameNumber key) const { return key * 0x9e3779b9u >> x_shift; }
  [[nodiscard]] uint32_t slot_of(NameNumber key) const {
    const uint32_t mask = places() - 1;
    uint32_t at = home_of(key);
    while (x_slots[at].count != 0 && x_slots[at].key != key) at = (at + 1) & mask;
    return at;
  }

  HeavyCount* x_slots = nullptr;
  uint32_t x_size = 0;
  uint32_t x_shift = 32;  // a place is the upper bits of a product
};

}  // namespace rekindle::operators
