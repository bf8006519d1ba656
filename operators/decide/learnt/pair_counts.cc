#include "operators/decide/learnt/pair_counts.h"

#include <algorithm>

namespace rekindle::operators {

namespace {

// Heavier first, equal ones by hash.
struct Heavier {
  const NameNumbers& names;
  bool operator()(const Pair& a, const Pair& b) const {
    if (a.units != b.units) return a.units > b.units;
    return names.name_of(a.product) < names.name_of(b.product);
  }
};

}  // namespace

std::vector<Pair> PairLists::in_no_order(NameNumber first, const NameNumbers& names) const {
  std::vector<Pair> list;
  if (first >= x_rows.size()) return list;
  const CountTable& front = x_rows[first].front();
  list.reserve(front.size());
  front.for_each([&](const HeavyCount& entry) {
    list.push_back({entry.key, entry.count, entry.units});
  });
  if (list.size() > limits::kPairsServed) {
    const auto end = list.begin() + static_cast<ptrdiff_t>(limits::kPairsServed);
    std::nth_element(list.begin(), end, list.end(), Heavier{names});
    list.erase(end, list.end());
  }
  return list;
}

std::vector<Pair> PairLists::of(NameNumber first, const NameNumbers& names) const {
  std::vector<Pair> list = in_no_order(first, names);
  std::sort(list.begin(), list.end(), Heavier{names});
  return list;
}

// Pairs of one first product stand together, so a row is looked up once for all of them.
template <typename Change>
void PairCounts::change_all(std::span<const WeighedPair> pairs, const Change& change) {
  const auto for_each_row = [&](const auto& action) {
    for (size_t from = 0; from < pairs.size();) {
      size_t until = from + 1;
      while (until < pairs.size() && pairs[until].first == pairs[from].first) ++until;
      action(pairs[from].first, pairs.subspan(from, until - from));
      from = until;
    }
  };
  for_each_row([&](NameNumber first, std::span<const WeighedPair>) {
    x_rows.grow(first + 1);
    x_rows.fetch(first);
  });
  for_each_row([&](NameNumber first, std::span<const WeighedPair> of_row) {
    PairRow& row = x_rows.change(first);
    row.make_own(x_rows.versions());
    for (const WeighedPair& pair : of_row) row.fetch(pair.second);
  });
  for_each_row([&](NameNumber first, std::span<const WeighedPair> of_row) {
    PairRow& row = x_rows.change(first);
    if (row.empty()) ++x_rows_used;
    for (const WeighedPair& pair : of_row) change(row, pair);
    after_change(first, row);
  });
}

void PairCounts::after_change(NameNumber first, PairRow& row) {
  if (row.empty()) {
    row.clear(x_rows.versions());
    --x_rows_used;
  } else if (!row.is_settled()) {
    if (x_unsettled.size() == kUnsettledMax) return row.settle(x_rows.versions());
    x_unsettled.push_back(first);
  }
}

void PairCounts::add(std::span<const WeighedPair> pairs) {
  change_all(pairs, [this](PairRow& row, const WeighedPair& pair) {
    if (row.add(pair.second, pair.units, x_rows.versions())) ++x_size;
  });
}

void PairCounts::subtract(std::span<const WeighedPair> pairs) {
  change_all(pairs, [this](PairRow& row, const WeighedPair& pair) {
    if (row.subtract(pair.second, pair.units, x_rows.versions())) --x_size;
  });
}

void PairCounts::clear() {
  for (size_t first = 0; first < x_rows.size(); ++first) {
    if (!x_rows[first].empty()) x_rows.change(first).clear(x_rows.versions());
  }
  x_rows.clear();
  x_unsettled.clear();
  x_size = 0;
  x_rows_used = 0;
}

PairLists PairCounts::lists() {
  for (const NameNumber first : x_unsettled) {
    if (!x_rows[first].is_settled()) x_rows.change(first).settle(x_rows.versions());
  }
  x_unsettled.clear();
  return PairLists(x_rows);
}

size_t PairCounts::memory_bytes() const {
  // Tables are between three and six eighths full; what decisions still read of older ones comes to
  // a part of that.
  constexpr size_t kPair = 2 * sizeof(HeavyCount);
  constexpr size_t kRow = 2 * sizeof(PairRow);
  return x_size * kPair + x_rows_used * kRow;
}

}  // namespace rekindle::operators
