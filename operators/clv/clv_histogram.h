// A shop's customers as weighted cells, for fitting: small, exact to maintain, cheap to merge.
//
// A customer is added with their history and, when it changes, removed with the old and added with
// the new one; at any time the histogram is what one built afresh from the customers in it would be
// (at the same level, see WeightedCells). Two sets of cells:
//
//   repeat purchases   whole UTC days of the first and of the last order, and orders − 1. Days, not
//                      ages: nothing has to move as time passes.
//   spend              orders, and the mean order value, 32 steps an octave (at most 3.1 % each)
//
// Numbers of orders are exact below 32, 16 steps an octave (at most 6.3 % each) above. At level L
// 2^⌈L/2⌉ days of first orders are one, 2^⌊L/2⌋ days of last orders, and 2^⌈L/2⌉ steps of value. A
// cell stands for the means of its customers, not for its middle, so at level 0 nothing but the
// time of day is lost of the first set. Customers whose refunds leave no revenue are in the first
// set only.
//
// Meant for one a partition (with a small `cells_max`), merged into one for the fit. Thread: one at
// a time. Adding is a tree search and may allocate: once an order, never once an event.
#pragma once

#include <cstdint>
#include <vector>

#include "core/limits.h"
#include "operators/clv/bg_nbd.h"
#include "operators/clv/gamma_gamma.h"
#include "operators/clv/purchase_history.h"
#include "operators/clv/weighted_cells.h"

namespace rekindle::operators {

class ClvHistogram {
 public:
  // REQUIRES: cells_max ≥ 256, of each set.
  explicit ClvHistogram(size_t cells_max = limits::kClvCellsMax);

  // A history without orders changes nothing.
  void add(const PurchaseHistory& history);
  // REQUIRES: the history was added, and not removed since.
  void remove(const PurchaseHistory& history);
  void merge(const ClvHistogram& other);
  // Brings the levels up to at least those of `other`, so that the two can be compared.
  void coarsen_to(const ClvHistogram& other);

  [[nodiscard]] int64_t customers() const { return x_customers; }
  [[nodiscard]] const WeightedCells& repeats() const { return x_repeats; }
  [[nodiscard]] const WeightedCells& spend() const { return x_spend; }

  // The cells as of `now`, in days. A first or last order in the future counts as of today.
  [[nodiscard]] std::vector<RepeatCell> repeat_cells(EventTime now) const;
  // In minor units.
  [[nodiscard]] std::vector<SpendCell> spend_cells() const;

  friend bool operator==(const ClvHistogram&, const ClvHistogram&) = default;

 private:
  int64_t x_customers = 0;
  WeightedCells x_repeats;
  WeightedCells x_spend;
};

}  // namespace rekindle::operators
