// Gamma-Gamma: what a customer spends per purchase, from how many there were and their mean value.
//
// A purchase is worth Gamma(p, ν) with ν ~ Gamma(q, v) over customers; the number of purchases and
// their value are taken as independent, which the fit reports on (correlation). Source: Fader and
// Hardie, "The Gamma-Gamma model of monetary value" (2013).
//
// Called by the fit and by ClvModel. Thread: any; pure. `v` is in the unit of the means.
#pragma once

#include <span>

namespace rekindle::operators {

struct GammaGamma {
  double p = 0;
  double q = 0;
  double v = 0;
  friend bool operator==(const GammaGamma&, const GammaGamma&) = default;
};

struct Spend {
  double purchases = 0;
  double mean = 0;  // value per purchase
};
struct SpendCell {
  Spend customer;
  double weight = 1;  // how many customers
};

// Positive and finite, and q > 1: with q ≤ 1 the mean over customers does not exist and the formula
// for it turns negative.
[[nodiscard]] bool is_valid(const GammaGamma& model);

// REQUIRES for all: is_valid(model). For the likelihood also purchases > 0 and mean > 0.
[[nodiscard]] double log_likelihood(const GammaGamma& model, const Spend& customer);
[[nodiscard]] double log_likelihood(const GammaGamma& model, std::span<const SpendCell> cells);
// E[M | m, x]: the value of the next purchase: between the customer's mean and that of all. A
// customer without purchases is like all others; a negative mean counts as 0.
[[nodiscard]] double expected_spend(const GammaGamma& model, const Spend& customer);

}  // namespace rekindle::operators
