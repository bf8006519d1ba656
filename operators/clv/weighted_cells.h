// A histogram in three dimensions of bounded size that can forget exactly: values are added to and
// removed from cells, each of which keeps how many there are and their sums.
//
// A cell is (fixed, wide, wide): when there would be more than `cells_max` cells, a wide axis is
// halved in resolution and neighbours join, the two in turn, as often as needed. The level says how
// often. It never goes down, and with it a value's cell is settled: removing always finds the cell
// that adding used, and two histograms of one level are equal when their contents are.
//
// Used by ClvHistogram. Thread: one at a time. Iterates in order of the cells, always the same.
#pragma once

#include <absl/container/btree_map.h>

#include <array>
#include <cstdint>

namespace rekindle::operators {

class WeightedCells {
 public:
  struct Place {
    uint16_t fixed = 0;
    uint16_t wide = 0;
    uint16_t wide_too = 0;
  };
  using Sums = std::array<int64_t, 3>;
  struct Cell {
    int64_t count = 0;
    Sums sums{};
    friend bool operator==(const Cell&, const Cell&) = default;
  };

  // REQUIRES: cells_max is at least the number of different `fixed` there will be.
  explicit WeightedCells(size_t cells_max) : x_cells_max(cells_max) {}

  void add(Place place, const Sums& values);
  // REQUIRES: a value added with the same place and values, and not removed since.
  void remove(Place place, const Sums& values);
  // As if everything in `other` had been added here. The coarser level of the two holds.
  void merge(const WeightedCells& other);
  // Brings the level up to at least this one.
  void coarsen_to(int level);

  [[nodiscard]] int level() const { return x_level; }
  [[nodiscard]] const absl::btree_map<uint64_t, Cell>& cells() const { return x_cells; }
  friend bool operator==(const WeightedCells& a, const WeightedCells& b) {
    return a.x_level == b.x_level && a.x_cells == b.x_cells;  // whatever they may grow to
  }

 private:
  void coarsen_while_full();
  void coarsen();

  size_t x_cells_max;
  int x_level = 0;
  absl::btree_map<uint64_t, Cell> x_cells;
};

}  // namespace rekindle::operators
