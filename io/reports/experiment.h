// What an experiment says: customers who were offered something beside ghosts, who would have been.
// Sums in, differences with their intervals out. Pure; used by offer_report.
#pragma once

#include <cstdint>

namespace rekindle::io {

// Sums over the customers of one side. x: revenue before, y: revenue in the window, o: orders.
struct TrialSums {
  double customers = 0;
  double buyers = 0;
  double y = 0;
  double yy = 0;
  double x = 0;
  double xx = 0;
  double xy = 0;
  double o = 0;
  double oo = 0;
  double oy = 0;
};

struct Share {  // part of a whole, both counted
  double part = 0;
  double whole = 0;
  [[nodiscard]] double value() const { return part / whole; }
};

struct Sample {  // a number for each of so many
  double count = 0;
  double sum = 0;
  double squares = 0;
};

// Showings of an offer, each the nth to its visitor.
struct Showings {
  double shown = 0;
  double clicked = 0;
  double nth = 0;          // sum of n
  double nth_squares = 0;  // of n²
  double nth_clicked = 0;  // of n over those clicked
};

struct Estimate {  // with its 95 % interval; not known: is_known is false
  bool is_known = false;
  double value = 0;
  double low = 0;
  double high = 0;
};

// Sample ratio mismatch: whether as many are ghosts as were dealt.
struct RatioCheck {
  double chi_square = 0;
  double p = 1;
  [[nodiscard]] bool is_alarm() const { return p < 0.001; }
};

[[nodiscard]] Estimate difference_of_means(const TrialSums& shown, const TrialSums& ghosts);
// The same with what customers spent before taken out (CUPED): as true, and narrower.
[[nodiscard]] Estimate adjusted_difference(const TrialSums& shown, const TrialSums& ghosts);
// Incremental sales: the difference ÷ the mean of ghosts, by the delta method.
[[nodiscard]] Estimate relative_difference(const TrialSums& shown, const TrialSums& ghosts);
// AOV, revenue ÷ orders, of one side: a ratio of what varies by customer, by the delta method.
[[nodiscard]] Estimate order_value(const TrialSums& side);
[[nodiscard]] Estimate difference_of_order_values(const TrialSums& shown, const TrialSums& ghosts);
[[nodiscard]] Estimate difference_of_shares(const Share& shown, const Share& ghosts);
[[nodiscard]] Estimate difference_of_means(const Sample& shown, const Sample& ghosts);
// Lift of a rate: shown ÷ ghosts − 1, by the delta method.
[[nodiscard]] Estimate lift(const Share& shown, const Share& ghosts);
// How far apart two shares are in standard errors of one they have in common; 0: not known.
[[nodiscard]] double z_of(const Share& shown, const Share& ghosts);
// By how much acceptance (clicks ÷ showings) changes from one showing to the next: least squares.
[[nodiscard]] Estimate acceptance_slope(const Showings& showings);
[[nodiscard]] Estimate difference_of_rates(const TrialSums& shown, const TrialSums& ghosts);
// `ghost_share` within 0 and 1.
[[nodiscard]] RatioCheck check_ratio(const TrialSums& shown, const TrialSums& ghosts,
                                     double ghost_share);

}  // namespace rekindle::io
