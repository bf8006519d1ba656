#include "operators/decide/learnt/pair_counts.h"

#include <algorithm>

#include "core/limits.h"

namespace rekindle::operators {
namespace {

auto place_of(std::vector<Pair>& pairs, NameNumber product) {
  return std::partition_point(pairs.begin(), pairs.end(),
                              [&](const Pair& pair) { return pair.product < product; });
}

}  // namespace

PairCounts::Row& PairCounts::changed_row(NameNumber first) {
  Row& row = x_rows[first];
  if (!row.is_changed) {
    row.is_changed = true;
    x_changed.push_back(first);
  }
  return row;
}

void PairCounts::add(NameNumber first, NameNumber second, int64_t units) {
  std::vector<Pair>& pairs = changed_row(first).pairs;
  const auto place = place_of(pairs, second);
  if (place != pairs.end() && place->product == second) {
    ++place->count;
    place->units += units;
  } else {
    pairs.insert(place, {second, 1, units});
    ++x_size;
  }
}

void PairCounts::subtract(NameNumber first, NameNumber second, int64_t units) {
  std::vector<Pair>& pairs = changed_row(first).pairs;
  const auto place = place_of(pairs, second);
  RK_ASSERT(place != pairs.end() && place->product == second && place->units >= units);
  place->units -= units;
  if (--place->count > 0) return;
  pairs.erase(place);
  --x_size;
}

void PairCounts::clear() {
  for (const auto& [first, row] : x_rows) {
    if (!row.is_changed) x_changed.push_back(first);
  }
  x_rows.clear();
  x_size = 0;
  // Rows that come back are told apart from those that stay away by lists().
  for (const NameNumber first : x_changed) x_rows[first].is_changed = true;
}

std::shared_ptr<const PairList> PairCounts::heaviest(const Row& row, const NameNumbers& names) {
  auto list = std::make_shared<PairList>(row.pairs);
  const auto is_heavier = [&](const Pair& a, const Pair& b) {
    if (a.units != b.units) return a.units > b.units;
    return names.name_of(a.product) < names.name_of(b.product);
  };
  const size_t served = std::min(list->size(), limits::kPairsServed);
  const auto end = list->begin() + static_cast<ptrdiff_t>(served);
  if (served < list->size()) std::nth_element(list->begin(), end, list->end(), is_heavier);
  list->erase(end, list->end());
  std::sort(list->begin(), list->end(), is_heavier);
  list->shrink_to_fit();
  return list;
}

const PairLists& PairCounts::lists(const NameNumbers& names) {
  x_lists.grow(names.bound());
  for (const NameNumber first : x_changed) {
    const auto found = x_rows.find(first);
    Row& row = found->second;
    row.is_changed = false;
    x_lists.change(first) = row.pairs.empty() ? nullptr : heaviest(row, names);
    if (row.pairs.empty()) x_rows.erase(found);
  }
  x_changed.clear();
  return x_lists;
}

size_t PairCounts::memory_bytes() const {
  // Half as much again for what vectors have spare, and as much for the lists served.
  constexpr size_t kPair = sizeof(Pair) * 5 / 2;
  return x_size * kPair;
}

}  // namespace rekindle::operators
