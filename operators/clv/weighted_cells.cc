#include "operators/clv/weighted_cells.h"

#include <utility>

#include "core/assert.h"

namespace rekindle::operators {
namespace {

// As unsigned, where running over is defined and running back restores: a sum may pass the end of
// its range and still forget exactly.
int64_t wrapping_add(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}
int64_t wrapping_subtract(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
}

void add_to(WeightedCells::Cell& cell, int64_t count, const WeightedCells::Sums& sums) {
  cell.count += count;
  for (size_t i = 0; i < sums.size(); ++i) cell.sums[i] = wrapping_add(cell.sums[i], sums[i]);
}

uint64_t pack(uint64_t fixed, uint64_t wide, uint64_t wide_too) {
  return fixed << 32 | wide << 16 | wide_too;
}
// A key one level up: from an even level the first axis is halved, from an odd one the other.
uint64_t next_key(uint64_t key, int level) {
  const uint64_t wide = key >> 16 & 0xffff;
  const uint64_t wide_too = key & 0xffff;
  return level % 2 == 0 ? pack(key >> 32, wide >> 1, wide_too)
                        : pack(key >> 32, wide, wide_too >> 1);
}
uint64_t key_of(WeightedCells::Place place, int level) {
  return pack(place.fixed, place.wide >> (level + 1) / 2, place.wide_too >> level / 2);
}

}  // namespace

void WeightedCells::add(Place place, const Sums& values) {
  add_to(x_cells[key_of(place, x_level)], 1, values);
  coarsen_while_full();
}

void WeightedCells::remove(Place place, const Sums& values) {
  const auto found = x_cells.find(key_of(place, x_level));
  RK_ASSERT(found != x_cells.end() && found->second.count > 0);
  Cell& cell = found->second;
  --cell.count;
  for (size_t i = 0; i < values.size(); ++i) {
    cell.sums[i] = wrapping_subtract(cell.sums[i], values[i]);
  }
  if (cell.count > 0) return;
  RK_ASSERT(cell.sums == Sums{});  // or what left is not what came
  x_cells.erase(found);
}

void WeightedCells::merge(const WeightedCells& other) {
  coarsen_to(other.x_level);
  for (const auto& [key, cell] : other.x_cells) {
    uint64_t here = key;
    for (int level = other.x_level; level < x_level; ++level) here = next_key(here, level);
    add_to(x_cells[here], cell.count, cell.sums);
    coarsen_while_full();
  }
}

void WeightedCells::coarsen_to(int level) {
  while (x_level < level) coarsen();
}

void WeightedCells::coarsen_while_full() {
  while (x_cells.size() > x_cells_max) coarsen();
}

void WeightedCells::coarsen() {
  RK_ASSERT(x_level < 32);
  absl::btree_map<uint64_t, Cell> coarser;
  for (const auto& [key, cell] : x_cells) {
    add_to(coarser[next_key(key, x_level)], cell.count, cell.sums);
  }
  x_cells = std::move(coarser);
  ++x_level;
}

}  // namespace rekindle::operators
