// Counts by key of which the heaviest are asked for again and again. All are kept, exactly; those
// that may be among the heaviest stand in front, in order, so that asking after a change costs the
// few that are wanted and not all there are.
//
// Invariants, from the first question on: entries [0, x_front) descend by units, and none behind
// them has more than x_outside. One that falls out of the front raises x_outside, one that grows
// past x_outside comes in. When the front no longer surely has the heaviest, it is made anew.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "core/assert.h"

namespace rekindle::operators {

template <typename Key>
struct HeavyCount {
  Key key{};
  uint32_t count = 0;  // how often; never 0
  int64_t units = 0;   // faded and weighted, see decay_scale.h
};

// Thread: one. `kServed` are asked for.
template <typename Key, size_t kServed>
class HeavyCounts {
 public:
  using Entry = HeavyCount<Key>;

  // True: the key is new.
  bool add(Key key, int64_t units) {
    size_t place = find(key);
    const bool is_new = place == x_entries.size();
    if (is_new) append(key);
    ++x_entries[place].count;
    x_entries[place].units += units;
    if (!x_is_stale) rise(place);
    return is_new;
  }
  // REQUIRES: was added before. True: nothing is left of the key.
  bool subtract(Key key, int64_t units) {
    size_t place = find(key);
    RK_ASSERT(place < x_entries.size() && x_entries[place].units >= units);
    x_entries[place].units -= units;
    const bool is_gone = --x_entries[place].count == 0;
    for (; place + 1 < x_front; ++place) {
      if (!is_gone && x_entries[place].units >= x_entries[place + 1].units) break;
      swap(place, place + 1);
    }
    if (is_gone) remove(place);
    return is_gone;
  }

  // What add() and subtract() will wait for, asked for ahead: first where a key is, then what is
  // there.
  void fetch_place(Key key) const {
    if (x_index != nullptr) {
      x_index->prefetch(key);
    } else {
      __builtin_prefetch(x_entries.data());
    }
  }
  void fetch(Key key) const {
    if (x_index == nullptr) return;
    const auto found = x_index->find(key);
    if (found != x_index->end()) __builtin_prefetch(&x_entries[found->second]);
  }

  // By descending units, equal ones in no order: the kServed heaviest, and all that have as much as
  // the last of these.
  [[nodiscard]] std::span<const Entry> heaviest() {
    if (x_is_stale || !is_front_enough()) make_front();
    size_t end = std::min(kServed, x_front);
    while (end < x_front && x_entries[end].units == x_entries[end - 1].units) ++end;
    return {x_entries.data(), end};
  }
  [[nodiscard]] size_t size() const { return x_entries.size(); }
  [[nodiscard]] bool empty() const { return x_entries.empty(); }

 private:
  static constexpr size_t kFront = 2 * kServed;  // so that one made anew lasts
  static constexpr size_t kUnindexed = 32;       // so few are found by looking at each
  using Index = absl::flat_hash_map<Key, uint32_t>;

  [[nodiscard]] bool is_front_enough() const {
    return x_front == x_entries.size() ||
           (x_front >= kServed && x_entries[kServed - 1].units > x_outside);
  }

  [[nodiscard]] size_t find(Key key) const {
    if (x_index != nullptr) {
      const auto found = x_index->find(key);
      return found == x_index->end() ? x_entries.size() : found->second;
    }
    const auto is_it = [&](const Entry& entry) { return entry.key == key; };
    const auto found = std::find_if(x_entries.begin(), x_entries.end(), is_it);
    return static_cast<size_t>(found - x_entries.begin());
  }

  void append(Key key) {
    x_entries.push_back({key, 0, 0});
    if (x_index != nullptr) {
      x_index->emplace(key, static_cast<uint32_t>(x_entries.size() - 1));
    } else if (x_entries.size() > kUnindexed) {
      x_index = std::make_unique<Index>();
      for (size_t i = 0; i < x_entries.size(); ++i) note(i);
    }
  }
  void note(size_t place) {
    if (x_index != nullptr) (*x_index)[x_entries[place].key] = static_cast<uint32_t>(place);
  }
  void swap(size_t a, size_t b) {
    if (a == b) return;
    std::swap(x_entries[a], x_entries[b]);
    note(a);
    note(b);
  }

  // Behind the front, or the last of it.
  void remove(size_t place) {
    if (place < x_front) {
      RK_ASSERT(place + 1 == x_front);
      --x_front;
    }
    swap(place, x_entries.size() - 1);
    if (x_index != nullptr) x_index->erase(x_entries.back().key);
    x_entries.pop_back();
  }

  // One that may have got too heavy for its place.
  void rise(size_t place) {
    if (place >= x_front) {
      const int64_t units = x_entries[place].units;
      if (units <= x_outside) return;
      if (x_front < kFront) {
        swap(place, x_front);
        place = x_front++;
      } else if (units > x_entries[x_front - 1].units) {
        x_outside = std::max(x_outside, x_entries[x_front - 1].units);
        swap(place, x_front - 1);
        place = x_front - 1;
      } else {
        x_outside = units;
        return;
      }
    }
    const int64_t units = x_entries[place].units;
    for (; place > 0 && x_entries[place - 1].units < units; --place) swap(place, place - 1);
  }

  // The kFront heaviest come to the front, and whatever weighs as much as the last one wanted.
  void make_front() {
    x_is_stale = false;
    x_outside = -1;
    int64_t least = -1;  // of what comes to the front
    if (x_entries.size() > kFront) {
      std::vector<int64_t> units;
      units.reserve(x_entries.size());
      for (const Entry& entry : x_entries) units.push_back(entry.units);
      const auto last = units.begin() + kFront - 1;
      std::nth_element(units.begin(), last, units.end(), std::greater<>());
      const auto wanted = units.begin() + kServed - 1;
      std::nth_element(units.begin(), wanted, last, std::greater<>());
      least = *wanted == *last ? *last : *last + 1;
    }
    x_front = 0;
    for (size_t i = 0; i < x_entries.size(); ++i) {
      if (x_entries[i].units >= least) {
        swap(i, x_front++);
      } else {
        x_outside = std::max(x_outside, x_entries[i].units);
      }
    }
    const auto end = x_entries.begin() + static_cast<ptrdiff_t>(x_front);
    std::sort(x_entries.begin(), end,
              [](const Entry& a, const Entry& b) { return a.units > b.units; });
    for (size_t i = 0; i < x_front; ++i) note(i);
  }

  std::vector<Entry> x_entries;
  std::unique_ptr<Index> x_index;  // null: so few that it is not worth one
  size_t x_front = 0;
  int64_t x_outside = -1;
  bool x_is_stale = true;  // nobody asked yet: there is no front to keep
};

}  // namespace rekindle::operators
