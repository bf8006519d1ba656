// Counts of ordered pairs of products, a row per first product. Decisions read each row's heaviest
// limits::kPairsServed; the model thread keeps all, so that what is taken out leaves exactly what
// would be there without it.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <memory>
#include <vector>

#include "core/limits.h"
#include "operators/decide/learnt/heavy_counts.h"
#include "operators/decide/learnt/name_numbers.h"

namespace rekindle::operators {

struct Pair {
  NameNumber product = kNoNumber;  // the second one
  uint32_t count = 0;              // how often, unfaded
  int64_t units = 0;               // faded and weighted, see decay_scale.h
};
using PairList = std::vector<Pair>;  // heaviest first, equal ones by hash
// By the first product's number; null: no pair.
using PairLists = CowVector<std::shared_ptr<const PairList>, 64>;

// One pair, and what it weighs.
struct WeighedPair {
  NameNumber first = kNoNumber;
  NameNumber second = kNoNumber;
  int64_t units = 0;
};

// Thread: one writer; copies of the lists are read by any.
class PairCounts {
 public:
  // Those of a session at once: each lies somewhere else in memory, and so the waits overlap.
  void add(std::span<const WeighedPair> pairs);
  // REQUIRES: were added before.
  void subtract(std::span<const WeighedPair> pairs);
  void clear();
  // Makes the lists of rows that changed since the last call.
  [[nodiscard]] const PairLists& lists(const NameNumbers& names);

  [[nodiscard]] size_t size() const { return x_size; }
  [[nodiscard]] size_t memory_bytes() const;

 private:
  struct Row {
    HeavyCounts<NameNumber, limits::kPairsServed> pairs;  // by second
    bool is_changed = false;
  };
  Row& changed_row(NameNumber first);
  template <typename Change>
  void change_all(std::span<const WeighedPair> pairs, const Change& change);
  [[nodiscard]] static std::shared_ptr<const PairList> heaviest(Row& row, const NameNumbers& names);

  absl::flat_hash_map<NameNumber, Row> x_rows;
  std::vector<NameNumber> x_changed;
  std::vector<Row*> x_rows_at_hand;  // its memory is reused
  PairLists x_lists;
  size_t x_size = 0;
};

}  // namespace rekindle::operators
