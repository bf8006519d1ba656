#include "io/reports/experiment.h"

#include <algorithm>
#include <cmath>

namespace rekindle::io {
namespace {

constexpr double kCustomersMin = 2;
constexpr double k95 = 1.959963984540054;  // of the normal distribution

double variance(double sum, double squares, double n) {
  return n < kCustomersMin ? 0 : std::max(0.0, (squares - sum * sum / n) / (n - 1));
}

Estimate around(double value, double variance_of_it) {
  const double half = k95 * std::sqrt(variance_of_it);
  return {true, value, value - half, value + half};
}

bool are_enough(const TrialSums& shown, const TrialSums& ghosts) {
  return shown.customers >= kCustomersMin && ghosts.customers >= kCustomersMin;
}

double variance_of_mean(const TrialSums& sums) {
  return variance(sums.y, sums.yy, sums.customers) / sums.customers;
}

}  // namespace

Estimate difference_of_means(const TrialSums& shown, const TrialSums& ghosts) {
  if (!are_enough(shown, ghosts)) return {};
  return around(shown.y / shown.customers - ghosts.y / ghosts.customers,
                variance_of_mean(shown) + variance_of_mean(ghosts));
}

Estimate adjusted_difference(const TrialSums& shown, const TrialSums& ghosts) {
  if (!are_enough(shown, ghosts)) return {};
  // One slope for both sides, from what varies within them.
  double covariance = 0;
  double spread = 0;
  for (const TrialSums* side : {&shown, &ghosts}) {
    covariance += side->xy - side->x * side->y / side->customers;
    spread += side->xx - side->x * side->x / side->customers;
  }
  if (spread <= 0) return difference_of_means(shown, ghosts);
  const double slope = covariance / spread;
  const auto variance_of = [&](const TrialSums& side) {
    const double sum = side.y - slope * side.x;
    const double squares = side.yy - 2 * slope * side.xy + slope * slope * side.xx;
    return variance(sum, squares, side.customers) / side.customers;
  };
  const double difference = shown.y / shown.customers - ghosts.y / ghosts.customers -
                            slope * (shown.x / shown.customers - ghosts.x / ghosts.customers);
  return around(difference, variance_of(shown) + variance_of(ghosts));
}

Estimate relative_difference(const TrialSums& shown, const TrialSums& ghosts) {
  if (!are_enough(shown, ghosts) || ghosts.y <= 0) return {};
  const double with = shown.y / shown.customers;
  const double without = ghosts.y / ghosts.customers;
  const double square = without * without;
  return around(with / without - 1, variance_of_mean(shown) / square +
                                        with * with / (square * square) * variance_of_mean(ghosts));
}

Estimate difference_of_rates(const TrialSums& shown, const TrialSums& ghosts) {
  if (!are_enough(shown, ghosts)) return {};
  const double with = shown.buyers / shown.customers;
  const double without = ghosts.buyers / ghosts.customers;
  return around(with - without,
                with * (1 - with) / shown.customers + without * (1 - without) / ghosts.customers);
}

RatioCheck check_ratio(const TrialSums& shown, const TrialSums& ghosts, double ghost_share) {
  RatioCheck check;
  const double all = shown.customers + ghosts.customers;
  if (all <= 0 || ghost_share <= 0 || ghost_share >= 1) return check;
  const double wanted = all * ghost_share;
  const double off = ghosts.customers - wanted;
  check.chi_square = off * off / wanted + off * off / (all - wanted);
  check.p = std::erfc(std::sqrt(check.chi_square / 2));  // one degree of freedom
  return check;
}

}  // namespace rekindle::io
