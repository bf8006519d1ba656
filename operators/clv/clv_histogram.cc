#include "operators/clv/clv_histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/assert.h"

namespace rekindle::operators {
namespace {

constexpr int64_t kOrdersMax = 65'535;  // more count as this many
// No more different step_of(orders, 16) than this.
constexpr size_t kOrderSteps = 256;

// The number of a value's step, `per_octave` steps an octave, exact below twice that.
// REQUIRES: value ≥ 0; per_octave is a power of two.
uint16_t step_of(int64_t value, int64_t per_octave) {
  const auto positive = static_cast<uint64_t>(value);
  const int shift =
      std::max(0, static_cast<int>(std::bit_width(positive) -
                                   std::bit_width(static_cast<uint64_t>(per_octave))));
  return static_cast<uint16_t>(per_octave * shift + (value >> shift));
}

int64_t day_of(EventTime time) {
  return std::clamp<int64_t>(time.ms / days(1).ms, 0, 65'535);
}

// A history as it is put into cells.
struct Entry {
  explicit Entry(const PurchaseHistory& history)
      : orders(std::min(history.orders, kOrdersMax)),
        first_day(day_of(history.first_at)),
        last_day(std::max(first_day, day_of(history.last_at))),
        revenue(std::clamp<int64_t>(history.revenue, 0, limits::kMoneyMinorMax)) {}

  [[nodiscard]] bool has_spend() const { return revenue >= orders; }  // a mean of 1 at least
  [[nodiscard]] WeightedCells::Place repeat_place() const {
    return {step_of(orders - 1, 16), static_cast<uint16_t>(first_day),
            static_cast<uint16_t>(last_day)};
  }
  [[nodiscard]] WeightedCells::Sums repeat_sums() const {
    return {orders - 1, first_day, last_day};
  }
  [[nodiscard]] WeightedCells::Place spend_place() const {
    return {step_of(orders, 16), step_of(revenue / orders, 32), 0};
  }
  [[nodiscard]] WeightedCells::Sums spend_sums() const { return {orders, revenue, 0}; }

  int64_t orders;
  int64_t first_day;
  int64_t last_day;
  int64_t revenue;
};

double mean(int64_t sum, int64_t count) {
  return static_cast<double>(sum) / static_cast<double>(count);
}

}  // namespace

ClvHistogram::ClvHistogram(size_t cells_max) : x_repeats(cells_max), x_spend(cells_max) {
  RK_ASSERT(cells_max >= kOrderSteps);
}

void ClvHistogram::add(const PurchaseHistory& history) {
  if (history.orders <= 0) return;
  const Entry entry(history);
  ++x_customers;
  x_repeats.add(entry.repeat_place(), entry.repeat_sums());
  if (entry.has_spend()) x_spend.add(entry.spend_place(), entry.spend_sums());
}

void ClvHistogram::remove(const PurchaseHistory& history) {
  if (history.orders <= 0) return;
  const Entry entry(history);
  --x_customers;
  x_repeats.remove(entry.repeat_place(), entry.repeat_sums());
  if (entry.has_spend()) x_spend.remove(entry.spend_place(), entry.spend_sums());
}

void ClvHistogram::merge(const ClvHistogram& other) {
  x_customers += other.x_customers;
  x_repeats.merge(other.x_repeats);
  x_spend.merge(other.x_spend);
}

void ClvHistogram::coarsen_to(const ClvHistogram& other) {
  x_repeats.coarsen_to(other.x_repeats.level());
  x_spend.coarsen_to(other.x_spend.level());
}

std::vector<RepeatCell> ClvHistogram::repeat_cells(EventTime now) const {
  const auto today = static_cast<double>(day_of(now));
  std::vector<RepeatCell> cells;
  cells.reserve(x_repeats.cells().size());
  for (const auto& [key, cell] : x_repeats.cells()) {
    const auto& [x, first_day, last_day] = cell.sums;
    const double age = std::max(0.0, today - mean(first_day, cell.count));
    const double t_x = std::min(age, mean(last_day - first_day, cell.count));
    // Whole numbers of orders, of which there are few: the fit's work grows with their variety.
    cells.push_back({{std::round(mean(x, cell.count)), t_x, age}, static_cast<double>(cell.count)});
  }
  return cells;
}

std::vector<SpendCell> ClvHistogram::spend_cells() const {
  std::vector<SpendCell> cells;
  cells.reserve(x_spend.cells().size());
  for (const auto& [key, cell] : x_spend.cells()) {
    const auto& [orders, revenue, unused] = cell.sums;
    cells.push_back({{std::round(mean(orders, cell.count)), mean(revenue, orders)},
                     static_cast<double>(cell.count)});
  }
  return cells;
}

}  // namespace rekindle::operators
