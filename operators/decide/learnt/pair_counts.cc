#include "operators/decide/learnt/pair_counts.h"

#include <algorithm>

#include "core/limits.h"

namespace rekindle::operators {
PairCounts::Row& PairCounts::changed_row(NameNumber first) {
  Row& row = x_rows[first];
  if (!row.is_changed) {
    row.is_changed = true;
    x_changed.push_back(first);
  }
  return row;
}

template <typename Change>
void PairCounts::change_all(std::span<const WeighedPair> pairs, const Change& change) {
  for (const WeighedPair& pair : pairs) x_rows.prefetch(pair.first);
  for (const WeighedPair& pair : pairs) changed_row(pair.first);  // rows may move here, not below
  x_rows_at_hand.clear();
  for (const WeighedPair& pair : pairs) {
    x_rows_at_hand.push_back(&x_rows.find(pair.first)->second);
    x_rows_at_hand.back()->pairs.fetch_place(pair.second);
  }
  for (size_t i = 0; i < pairs.size(); ++i) x_rows_at_hand[i]->pairs.fetch(pairs[i].second);
  for (size_t i = 0; i < pairs.size(); ++i) change(*x_rows_at_hand[i], pairs[i]);
}

void PairCounts::add(std::span<const WeighedPair> pairs) {
  change_all(pairs, [this](Row& row, const WeighedPair& pair) {
    if (row.pairs.add(pair.second, pair.units)) ++x_size;
  });
}

void PairCounts::subtract(std::span<const WeighedPair> pairs) {
  change_all(pairs, [this](Row& row, const WeighedPair& pair) {
    if (row.pairs.subtract(pair.second, pair.units)) --x_size;
  });
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

std::shared_ptr<const PairList> PairCounts::heaviest(Row& row, const NameNumbers& names) {
  auto list = std::make_shared<PairList>();
  const auto heaviest = row.pairs.heaviest();
  list->reserve(heaviest.size());
  for (const auto& entry : heaviest) list->push_back({entry.key, entry.count, entry.units});
  for (auto from = list->begin(); from != list->end();) {  // equal ones by hash
    const auto is_less = [&](const Pair& pair) { return pair.units < from->units; };
    const auto to = std::find_if(from, list->end(), is_less);
    std::sort(from, to, [&](const Pair& a, const Pair& b) {
      return names.name_of(a.product) < names.name_of(b.product);
    });
    from = to;
  }
  if (list->size() > limits::kPairsServed) {
    list->resize(limits::kPairsServed);
    list->shrink_to_fit();
  }
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
  // Half as much again for what vectors have spare, as much for rows and for where each pair is,
  // and as much for the lists served, at most.
  constexpr size_t kPair = sizeof(Pair) * 4;
  return x_size * kPair;
}

}  // namespace rekindle::operators
