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

// Of two that have nothing to do with each other.
Estimate difference_of(const Estimate& a, const Estimate& b) {
  if (!a.is_known || !b.is_known) return {};
  const double half_a = (a.high - a.low) / 2 / k95;
  const double half_b = (b.high - b.low) / 2 / k95;
  return around(a.value - b.value, half_a * half_a + half_b * half_b);
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

Estimate order_value(const TrialSums& side) {
  if (side.customers < kCustomersMin || side.o <= 0) return {};
  const double value = side.y / side.o;
  const double orders = side.o / side.customers;  // a customer
  // Of y − value · o, whose mean is 0.
  const double squares = side.yy - 2 * value * side.oy + value * value * side.oo;
  return around(value,
                std::max(0.0, squares) / (side.customers - 1) / (side.customers * orders * orders));
}

Estimate difference_of_order_values(const TrialSums& shown, const TrialSums& ghosts) {
  return difference_of(order_value(shown), order_value(ghosts));
}

Estimate difference_of_shares(const Share& shown, const Share& ghosts) {
  if (shown.whole < kCustomersMin || ghosts.whole < kCustomersMin) return {};
  const double with = shown.value();
  const double without = ghosts.value();
  return around(with - without,
                with * (1 - with) / shown.whole + without * (1 - without) / ghosts.whole);
}

Estimate difference_of_means(const Sample& shown, const Sample& ghosts) {
  if (shown.count < kCustomersMin || ghosts.count < kCustomersMin) return {};
  return around(shown.sum / shown.count - ghosts.sum / ghosts.count,
                variance(shown.sum, shown.squares, shown.count) / shown.count +
                    variance(ghosts.sum, ghosts.squares, ghosts.count) / ghosts.count);
}

Estimate lift(const Share& shown, const Share& ghosts) {
  if (shown.whole < kCustomersMin || ghosts.whole < kCustomersMin || ghosts.part <= 0) return {};
  const double with = shown.value();
  const double without = ghosts.value();
  const double square = without * without;
  return around(with / without - 1,
                with * (1 - with) / shown.whole / square +
                    with * with / (square * square) * without * (1 - without) / ghosts.whole);
}

double z_of(const Share& shown, const Share& ghosts) {
  if (shown.whole <= 0 || ghosts.whole <= 0) return 0;
  const double common = (shown.part + ghosts.part) / (shown.whole + ghosts.whole);
  const double spread = common * (1 - common) * (1 / shown.whole + 1 / ghosts.whole);
  return spread <= 0 ? 0 : (shown.value() - ghosts.value()) / std::sqrt(spread);
}

Estimate acceptance_slope(const Showings& showings) {
  const double n = showings.shown;
  if (n <= kCustomersMin) return {};
  const double spread = showings.nth_squares - showings.nth * showings.nth / n;
  if (spread <= 0) return {};  // nothing was shown a second time
  const double slope = (showings.nth_clicked - showings.nth * showings.clicked / n) / spread;
  // A click is 1 or 0, so the sum of squares is the number of clicks.
  const double rest =
      showings.clicked - showings.clicked * showings.clicked / n - slope * slope * spread;
  return around(slope, std::max(0.0, rest) / (n - 2) / spread);
}

Estimate difference_of_rates(const TrialSums& shown, const TrialSums& ghosts) {
  return difference_of_shares({shown.buyers, shown.customers}, {ghosts.buyers, ghosts.customers});
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
