// Gamma-Gamma's likelihood as a function to minimise, with its gradient.
//
// Called by the fit. Thread: any.
#pragma once

#include <array>
#include <span>

#include "operators/clv/gamma_gamma.h"
#include "operators/clv/objective.h"

namespace rekindle::operators {

// Minus the mean log-likelihood over (ln p, ln(q − 1), ln v), v in units of the customers'
// geometric mean: one very large order must not set the scale.
class GammaGammaObjective {
 public:
  using Point = std::array<double, 3>;

  // REQUIRES: finite cells with purchases ≥ 1 and mean > 0.
  explicit GammaGammaObjective(std::span<const SpendCell> cells);

  [[nodiscard]] double customers() const { return x_customers; }
  [[nodiscard]] double repeaters() const { return x_repeaters; }  // with more than one purchase
  [[nodiscard]] double money() const { return x_money; }          // the geometric mean
  [[nodiscard]] GammaGamma model(const Point& at) const;

  double operator()(const Point& at, Point& gradient) const;

 private:
  struct Entry {
    double mean;
    double log_mean;
    double weight;
  };
  static double add_group(const GammaGamma& model, const Group<Entry>& group, Point& slope);

  double x_customers = 0;
  double x_repeaters = 0;
  double x_money = 0;
  std::vector<Group<Entry>> x_groups;  // ascending by x
};

}  // namespace rekindle::operators
