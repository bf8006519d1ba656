// Fits BG/NBD and Gamma-Gamma to weighted cells by maximum likelihood.
//
// Called off the event path, from time to time, on a thread of its own; 50,000 cells take well
// under a second. Deterministic: the same cells in the same order give the same bits.
//
// Both fits run BFGS on the logarithms of the parameters (of q − 1 for q, so that q > 1 always),
// with exact gradients, time in units of the mean age, money in units of the geometric mean. They
// have converged when no parameter's derivative of the mean log-likelihood is above 1e-8 (or 1e-4
// when no step improves it any more), within 300 iterations. A parameter is kept between 1e-4 and
// 1e4 of those units by a penalty outside.
#pragma once

#include <span>

#include "core/error.h"
#include "core/time.h"
#include "operators/clv/bg_nbd.h"
#include "operators/clv/clv_histogram.h"
#include "operators/clv/gamma_gamma.h"

namespace rekindle::operators {

struct FitReport {
  double log_likelihood = 0;
  double customers = 0;  // the cells' weights together
  int iterations = 0;
  // The data want a parameter at the end of its range: nobody is ever lost, all buy at one rate,
  // every order has the same value. The model holds; that parameter says little.
  bool at_bound = false;
};
struct BgNbdFit {
  BgNbd model;
  FitReport report;
};
struct GammaGammaFit {
  GammaGamma model;
  FitReport report;
  // Of the number of purchases with their mean value, over customers. The model assumes 0; beyond
  // ±0.3 its values for heavy and light buyers are biased.
  double correlation = 0;
};
struct ClvFit {
  BgNbdFit purchases;
  GammaGammaFit spend;
};

// Errors: kInvalidArgument (a cell that is not finite, or negative), kTooLittleData (fewer than
// limits::kClvCustomersMin customers or limits::kClvRepeatersMin of them with a repeat purchase, or
// all of age 0), kNotConverged.
[[nodiscard]] Result<BgNbdFit> fit_bg_nbd(std::span<const RepeatCell> cells);
// Errors: the same, and kNotConverged when the data have no finite mean (q → 1). Repeaters are
// those with two purchases or more. Cells without purchases or spend are not allowed.
[[nodiscard]] Result<GammaGammaFit> fit_gamma_gamma(std::span<const SpendCell> cells);
// Both, from a shop's histogram as of `now`: time in days, money in minor units.
[[nodiscard]] Result<ClvFit> fit_clv(const ClvHistogram& histogram, EventTime now);

}  // namespace rekindle::operators
