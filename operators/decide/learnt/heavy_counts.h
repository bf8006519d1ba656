// Counts by number of which the heaviest are asked for. All are kept, exactly; those that may be
// among the heaviest stand in a front of bounded size, which copies share (versions.h), so that
// what is handed out after a change costs nothing and whoever asks reads the front alone.
//
// Invariants: nothing outside the front has more than x_outside units; when is_settled(), the
// kServed heaviest are in the front, and so is all that weighs as much as the last of them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "operators/decide/learnt/count_table.h"
#include "operators/decide/learnt/versions.h"

namespace rekindle::operators {

// Thread: one; front() of a copy any. A plain value of which copies are views; whoever made it
// calls clear(). `kServed` are asked for.
template <size_t kServed>
class HeavyCounts {
 public:
  // True: the key is new. `versions` is of whoever hands out copies.
  bool add(NameNumber key, int64_t units, Versions& versions) {
    make_own(versions);
    if (HeavyCount* entry = x_front.find(key)) {
      ++entry->count;
      change_units(*entry, units);
      return false;
    }
    HeavyCount added{key, 0, 0};
    HeavyCount* const outside = x_rest.find(key);
    if (outside != nullptr) added = *outside;
    ++added.count;
    added.units += units;
    if (x_rest.size() > 0 && added.units <= x_outside) {
      if (outside != nullptr) {
        *outside = added;
      } else {
        add_outside(added);
      }
    } else {
      if (outside != nullptr) x_rest.erase(outside);
      add_in_front(added, versions);
    }
    return outside == nullptr;
  }

  // REQUIRES: was added before. True: nothing is left of the key.
  bool subtract(NameNumber key, int64_t units, Versions& versions) {
    make_own(versions);
    HeavyCount* const entry = x_front.find(key);
    if (entry != nullptr) {
      RK_ASSERT(entry->units >= units);
      change_units(*entry, -units);
      if (--entry->count > 0) return false;
      if (is_sure(*entry)) --x_sure;
      x_front.erase(entry);
      if (x_front.is_sparse()) remake_front(CountTable::places_for(x_front.size()), versions);
    } else {
      HeavyCount* const outside = x_rest.find(key);
      RK_ASSERT(outside != nullptr && outside->units >= units);
      outside->units -= units;
      if (--outside->count > 0) return false;
      x_rest.erase(outside);
      if (x_rest.is_sparse()) remake_rest(CountTable::places_for(x_rest.size()));
    }
    return true;
  }

  // Whether the front has all it should. Only subtract() ends it.
  [[nodiscard]] bool is_settled() const { return x_rest.size() == 0 || x_sure >= kServed; }
  void settle(Versions& versions) {
    if (!is_settled()) divide_anew(versions);
  }

  // In no order. REQUIRES: is_settled().
  [[nodiscard]] const CountTable& front() const { return x_front; }
  [[nodiscard]] size_t size() const { return x_front.size() + x_rest.size(); }
  [[nodiscard]] bool empty() const { return size() == 0; }

  void clear(Versions& versions) {
    versions.retire_array(x_front.slots(), x_made);
    delete[] x_rest.slots();
    *this = {};
  }

  // What add() and subtract() will wait for, asked for ahead.
  void fetch(NameNumber key) const {
    x_front.fetch(key);
    x_rest.fetch(key);
  }
  // The front comes into memory of its own, if it is not there yet.
  void make_own(Versions& versions) {
    if (x_made == versions.now()) return;
    if (x_front.slots() != nullptr) {
      const CountTable own = x_front.copy();
      versions.retire_array(x_front.slots(), x_made);
      x_front = own;
    }
    x_made = versions.now();
  }

 private:
  static constexpr uint32_t kFrontPlaces = 256;
  static constexpr size_t kFrontMost = kFrontPlaces / 4 * 3;
  // So many come to the front when it is made anew: it lasts, whether counts grow or shrink.
  static constexpr size_t kKept = (kServed + kFrontMost) / 2;
  static_assert(kServed < kFrontMost);

  // Heavier than all outside, so that it counts among those surely in front.
  [[nodiscard]] bool is_sure(const HeavyCount& entry) const { return entry.units > x_outside; }
  void change_units(HeavyCount& entry, int64_t by) {
    const bool was_sure = is_sure(entry);
    entry.units += by;
    if (is_sure(entry) != was_sure) x_sure += was_sure ? uint32_t(-1) : 1;
  }

  void add_outside(const HeavyCount& entry) {
    if (x_rest.is_full()) remake_rest(x_rest.places_grown());
    x_rest.insert(entry);
  }
  void add_in_front(const HeavyCount& entry, Versions& versions) {
    const bool is_largest = x_front.places() >= kFrontPlaces;
    if (x_front.is_full() && is_largest) send_back(versions);
    if (x_front.is_full()) {
      const uint32_t grown = x_front.places_grown();
      remake_front(is_largest ? grown : std::min(grown, kFrontPlaces), versions);
    }
    x_front.insert(entry);
    if (is_sure(entry)) ++x_sure;
  }

  void remake_front(uint32_t places, Versions& versions) {
    const CountTable made = x_front.with_places(places);
    versions.retire_array(x_front.slots(), x_made);
    x_front = made;
  }
  void remake_rest(uint32_t places) {
    const CountTable made = x_rest.with_places(places);
    delete[] x_rest.slots();
    x_rest = made;
  }

  // The lightest of a full front leave it; what weighs as much as the last that stays stays too.
  void send_back(Versions& versions) {
    std::vector<HeavyCount> all = entries_of(x_front);
    const int64_t least = units_of_kept(all);
    const auto is_kept = [&](const HeavyCount& entry) { return entry.units >= least; };
    const auto kept = std::partition(all.begin(), all.end(), is_kept);
    for (auto entry = kept; entry != all.end(); ++entry) {
      x_front.erase(x_front.find(entry->key));
      x_outside = std::max(x_outside, entry->units);
      add_outside(*entry);
    }
    count_sure();
    if (x_front.is_sparse()) remake_front(CountTable::places_for(x_front.size()), versions);
  }

  // From all there are.
  void divide_anew(Versions& versions) {
    std::vector<HeavyCount> all = entries_of(x_front);
    x_rest.for_each([&](const HeavyCount& entry) { all.push_back(entry); });
    const int64_t least = units_of_kept(all);
    clear(versions);
    x_made = versions.now();
    const auto is_kept = [&](const HeavyCount& entry) { return entry.units >= least; };
    const auto kept = std::partition(all.begin(), all.end(), is_kept);
    const auto front = static_cast<size_t>(kept - all.begin());
    const uint32_t places = CountTable::places_for(front);
    x_front =
        CountTable().with_places(front > kFrontMost ? places : std::min(places, kFrontPlaces));
    for (auto entry = all.begin(); entry != kept; ++entry) x_front.insert(*entry);
    for (auto entry = kept; entry != all.end(); ++entry) {
      x_outside = std::max(x_outside, entry->units);
      add_outside(*entry);
    }
    count_sure();
  }

  // What the kKept-th heaviest weighs; below all if there are not so many.
  [[nodiscard]] static int64_t units_of_kept(const std::vector<HeavyCount>& all) {
    if (all.size() <= kKept) return -1;
    std::vector<int64_t> units;
    units.reserve(all.size());
    for (const HeavyCount& entry : all) units.push_back(entry.units);
    const auto last = units.begin() + kKept - 1;
    std::nth_element(units.begin(), last, units.end(), std::greater<>());
    return *last;
  }
  [[nodiscard]] static std::vector<HeavyCount> entries_of(const CountTable& table) {
    std::vector<HeavyCount> entries;
    entries.reserve(table.size());
    table.for_each([&](const HeavyCount& entry) { entries.push_back(entry); });
    return entries;
  }
  void count_sure() {
    x_sure = 0;
    x_front.for_each([this](const HeavyCount& entry) { x_sure += is_sure(entry) ? 1u : 0u; });
  }

  CountTable x_front;
  CountTable x_rest;
  int64_t x_outside = -1;
  Versions::Number x_made = 0;  // of the front
  uint32_t x_sure = 0;          // of the front, heavier than x_outside
};

}  // namespace rekindle::operators
