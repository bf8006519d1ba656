// What an experiment says: customers who were offered something beside ghosts, who would have been.
// Sums in, differences with their intervals out. Pure; used by offer_report.
#pragma once

#include <cstdint>

namespace rekindle::io {

// Sums over the customers of one side. x: revenue before, y: revenue in the window.
struct TrialSums {
  double customers = 0;
  double buyers = 0;
  double y = 0;
  double yy = 0;
  double x = 0;
  double xx = 0;
  double xy = 0;
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
[[nodiscard]] Estimate difference_of_rates(const TrialSums& shown, const TrialSums& ghosts);
// `ghost_share` within 0 and 1.
[[nodiscard]] RatioCheck check_ratio(const TrialSums& shown, const TrialSums& ghosts,
                                     double ghost_share);

}  // namespace rekindle::io
