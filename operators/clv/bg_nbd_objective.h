// BG/NBD's likelihood as a function to minimise, with its gradient.
//
// Called by the fit. Thread: any.
#pragma once

#include <array>
#include <span>

#include "operators/clv/bg_nbd.h"
#include "operators/clv/objective.h"

namespace rekindle::operators {

// Minus the mean log-likelihood over (ln r, ln α, ln a, ln b), α in units of the mean age.
class BgNbdObjective {
 public:
  using Point = std::array<double, 4>;

  // REQUIRES: finite cells, x = 0 or x ≥ 1 (the mean of a cell).
  explicit BgNbdObjective(std::span<const RepeatCell> cells);

  [[nodiscard]] double customers() const { return x_customers; }
  [[nodiscard]] double repeaters() const { return x_repeaters; }  // with a repeat purchase
  [[nodiscard]] double time() const { return x_time; }            // the mean age
  [[nodiscard]] BgNbd model(const Point& at) const;

  double operator()(const Point& at, Point& gradient) const;

 private:
  struct Entry {
    double t_x;
    double age;
    double weight;
  };
  static double add_group(const BgNbd& model, const Group<Entry>& group, Point& slope);

  double x_customers = 0;
  double x_repeaters = 0;
  double x_time = 0;
  std::vector<Group<Entry>> x_groups;  // ascending by x
};

}  // namespace rekindle::operators
