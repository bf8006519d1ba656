// How many customers have which value: an ordered multiset that also answers which value is the
// n-th smallest. Sorted values with counts, in blocks of a few hundred, each of which knows its
// customers: changing one costs a search and a short move, the n-th a look at each block.
//
// Used by CustomerBook. Thread: one at a time.
#pragma once

#include <optional>
#include <vector>

#include "core/rank.h"

namespace rekindle {

class RankColumn {
 public:
  void add(const RankValue& value);
  // REQUIRES: the value was added, and not removed since.
  void remove(const RankValue& value);

  [[nodiscard]] int64_t size() const { return x_size; }
  // The n-th smallest, from 0. REQUIRES: 0 ≤ n < size().
  [[nodiscard]] RankValue nth(int64_t n) const;
  // The smallest value above this one.
  [[nodiscard]] std::optional<RankValue> above(const RankValue& value) const;

 private:
  struct Step {
    RankValue value;
    int64_t customers = 0;
  };
  struct Block {
    std::vector<Step> steps;  // ascending, never empty
    int64_t customers = 0;
  };
  // The block a value belongs to. REQUIRES: there are blocks.
  [[nodiscard]] size_t block_of(const RankValue& value) const;

  std::vector<Block> x_blocks;  // ascending
  int64_t x_size = 0;
};

// Where the cut lies. Everyone above it in the column, and nobody else, is at or after the place.
[[nodiscard]] RankPosition position_of(const RankCut& cut, const RankColumn& column);

}  // namespace rekindle
