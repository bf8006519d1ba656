// Counts of ordered pairs of products, a row per first product. All are kept, so that what is taken
// out leaves exactly what would be there without it; decisions read each row's heaviest
// limits::kPairsServed, and put them in order when they do: rows change far more often than they
// are read.
#pragma once

#include <span>
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

using PairRow = HeavyCounts<limits::kPairsServed>;
using PairRows = CowVector<PairRow, 16>;  // by the first product's number

// What decisions read. Thread: copies any.
class PairLists {
 public:
  PairLists() = default;
  explicit PairLists(const PairRows& rows) : x_rows(rows) {}

  // The heaviest of a row, heaviest first, equal ones by hash. `names` are of the same snapshot.
  [[nodiscard]] std::vector<Pair> of(NameNumber first, const NameNumbers& names) const;
  [[nodiscard]] std::vector<Pair> in_no_order(NameNumber first, const NameNumbers& names) const;
  [[nodiscard]] size_t size() const { return x_rows.size(); }  // all first ones are below

 private:
  PairRows x_rows;
};

// One pair, and what it weighs.
struct WeighedPair {
  NameNumber first = kNoNumber;
  NameNumber second = kNoNumber;
  int64_t units = 0;
};

// Thread: one writer.
class PairCounts {
 public:
  PairCounts() = default;
  ~PairCounts() { clear(); }
  PairCounts(const PairCounts&) = delete;
  PairCounts& operator=(const PairCounts&) = delete;

  // Those of a session at once: each lies somewhere else in memory, and so the waits overlap.
  void add(std::span<const WeighedPair> pairs);
  // REQUIRES: were added before.
  void subtract(std::span<const WeighedPair> pairs);
  void clear();
  [[nodiscard]] PairLists lists();

  [[nodiscard]] size_t size() const { return x_size; }
  [[nodiscard]] size_t memory_bytes() const;

 private:
  static constexpr size_t kUnsettledMax = 65'536;

  template <typename Change>
  void change_all(std::span<const WeighedPair> pairs, const Change& change);
  void after_change(NameNumber first, PairRow& row);

  PairRows x_rows;
  std::vector<NameNumber> x_unsettled;  // first ones of rows; may repeat; at most kUnsettledMax
  size_t x_size = 0;
  size_t x_rows_used = 0;
};

}  // namespace rekindle::operators
