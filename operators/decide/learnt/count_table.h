// Counts by number in open addressing: what heavy_counts.h is made of. One cache line is read to
// find a key in a table of any size, and a small table is copied as it is.
#pragma once

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
  [[nodiscard]] uint32_t places() const { return x_places; }
  [[nodiscard]] bool is_full() const { return (x_size + 1) * uint64_t{4} > x_places * uint64_t{3}; }
  [[nodiscard]] bool is_sparse() const {
    return x_places > kPlacesMin && x_size * uint64_t{8} < x_places;
  }
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
    auto gap = static_cast<uint32_t>(entry - x_slots);
    for (uint32_t at = after(gap); x_slots[at].count != 0; at = after(at)) {
      if (steps(home_of(x_slots[at].key), at) < steps(gap, at)) continue;
      x_slots[gap] = x_slots[at];
      gap = at;
    }
    x_slots[gap] = {};
    --x_size;
  }
  template <typename Do>
  void for_each(const Do& action) const {
    for (uint32_t at = 0; at < x_places; ++at) {
      if (x_slots[at].count != 0) action(x_slots[at]);
    }
  }

  // A table made for `size` entries is half full.
  [[nodiscard]] static uint32_t places_for(size_t size) {
    return whole_lines(static_cast<uint32_t>(2 * size));
  }
  // The next larger table's. In halves, not doubled: on average three of five places are in use.
  [[nodiscard]] uint32_t places_grown() const { return whole_lines(x_places + x_places / 2); }
  // The entries of this one in a table of so many places. REQUIRES: they fit.
  [[nodiscard]] CountTable with_places(uint32_t places) const {
    CountTable made;
    made.x_places = places;
    made.x_slots = new HeavyCount[places]();
    for_each([&](const HeavyCount& entry) { made.insert(entry); });
    return made;
  }
  // The same in memory of its own.
  [[nodiscard]] CountTable copy() const {
    CountTable to = *this;
    if (x_slots != nullptr) {
      to.x_slots = new HeavyCount[x_places];
      std::copy(x_slots, x_slots + x_places, to.x_slots);
    }
    return to;
  }
  void fetch(NameNumber key) const {
    if (x_slots != nullptr) __builtin_prefetch(&x_slots[home_of(key)]);
  }

 private:
  static constexpr uint32_t kPlacesMin = 8;

  [[nodiscard]] static uint32_t whole_lines(uint32_t places) {
    constexpr uint32_t kInALine = 64 / sizeof(HeavyCount);
    return std::max(kPlacesMin, (places + kInALine - 1) / kInALine * kInALine);
  }
  [[nodiscard]] uint32_t after(uint32_t at) const { return at + 1 == x_places ? 0 : at + 1; }
  [[nodiscard]] uint32_t steps(uint32_t from, uint32_t to) const {
    return to >= from ? to - from : to + x_places - from;
  }
  // Numbers are dense: multiplied by the golden ratio they spread (Knuth, vol. 3, 6.4), and their
  // share of all 32 bits is a place.
  [[nodiscard]] uint32_t home_of(NameNumber key) const {
    return static_cast<uint32_t>(uint64_t{key * 0x9e3779b9u} * x_places >> 32);
  }
  [[nodiscard]] uint32_t slot_of(NameNumber key) const {
    uint32_t at = home_of(key);
    while (x_slots[at].count != 0 && x_slots[at].key != key) at = after(at);
    return at;
  }

  HeavyCount* x_slots = nullptr;
  uint32_t x_size = 0;
  uint32_t x_places = 0;
};

}  // namespace rekindle::operators
