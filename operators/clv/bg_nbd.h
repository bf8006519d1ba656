// BG/NBD: how often a customer will buy again, from how often and how lately they bought.
//
// While alive a customer buys at a rate λ ~ Gamma(r, α) and after each repeat purchase is lost with
// chance p ~ Beta(a, b). Source: Fader, Hardie, Lee, "Counting your customers the easy way" (2005).
// Two known traits of the model: a customer without a repeat purchase is alive for sure, and orders
// at one instant count as one purchase, which is the caller's matter.
//
// Called by the fit and by ClvModel. Thread: any; pure. All times are in one unit, α with them.
#pragma once

#include <span>

namespace rekindle::operators {

struct BgNbd {
  double r = 0;
  double alpha = 0;
  double a = 0;
  double b = 0;
  friend bool operator==(const BgNbd&, const BgNbd&) = default;
};

// A customer as the model sees one. The functions below take what is out of order as its nearest
// sense: a negative time as 0, a last purchase after `age` as one at `age`.
struct RepeatPurchases {
  double x = 0;    // purchases after the first; ≥ 0, need not be whole (the mean of a cell)
  double t_x = 0;  // from the first to the last purchase
  double age = 0;  // from the first purchase to now
};
struct RepeatCell {
  RepeatPurchases customer;
  double weight = 1;  // how many customers
};

// Positive and finite, all four.
[[nodiscard]] bool is_valid(const BgNbd& model);

// REQUIRES for all: is_valid(model).
[[nodiscard]] double log_likelihood(const BgNbd& model, const RepeatPurchases& customer);
[[nodiscard]] double log_likelihood(const BgNbd& model, std::span<const RepeatCell> cells);
// The chance, 0 … 1, that the customer will ever buy again. Falls with age, all else the same.
[[nodiscard]] double p_alive(const BgNbd& model, const RepeatPurchases& customer);
// E[X(t)]: repeat purchases expected of a new customer within t of the first purchase.
[[nodiscard]] double expected_purchases(const BgNbd& model, double t);
// E[Y(t) | x, t_x, age]: purchases expected within t from now. Falls with age, all else the same.
[[nodiscard]] double expected_purchases(const BgNbd& model, const RepeatPurchases& customer,
                                        double t);

namespace detail {
// The two ways E[X(t)] is computed, each for the parameters where the other is slow or inexact; the
// tests hold them against each other. The first gives up with a negative answer.
[[nodiscard]] double purchases_by_series(const BgNbd& model, double t);
[[nodiscard]] double purchases_by_quadrature(const BgNbd& model, double t);
}  // namespace detail

}  // namespace rekindle::operators
