// Scores a customer: is this one still alive, how many orders are to come, what are they worth?
//
// A fitted model is a value that never changes. It enters each partition's log as a record
// (clv_model_format.h), so that a replay scores with the model that was in force: scores are pure
// functions of model, history and time, the same bits for one build of the program on one machine's
// mathematics library. Called on shards when a score is asked for. Thread: any. No allocation.
//
// While a customer buys nothing all three values only fall with time, and time_when_… finds the
// millisecond at which one falls below a threshold: the deadline of an audience that asks for it.
#pragma once

#include <cstdint>

#include "core/error.h"
#include "core/time.h"
#include "operators/clv/bg_nbd.h"
#include "operators/clv/gamma_gamma.h"
#include "operators/clv/purchase_history.h"

namespace rekindle::operators {

struct ClvParameters {
  BgNbd purchases;             // time in days
  GammaGamma spend;            // money in minor units
  double margin_share = 1;     // of revenue, 0 … 1: what an order leaves the shop
  double yearly_discount = 0;  // 0 … 10: money in a year is worth 1/(1 + this) of money now
  EventTime fitted_at;
  int64_t customers = 0;  // the fit saw
  friend bool operator==(const ClvParameters&, const ClvParameters&) = default;
};

class ClvModel {
 public:
  // Errors: kInvalidArgument (a parameter out of range; q ≤ 1).
  [[nodiscard]] static Result<ClvModel> make(const ClvParameters& parameters);

  [[nodiscard]] const ClvParameters& parameters() const { return x_parameters; }

  // Every value of somebody without orders is 0. A horizon is cut at limits::kClvHorizonDaysMax; a
  // `now` before the last order counts as the moment of that order.

  // The chance of ever ordering again. 1 after a single order: the model takes loss to happen at
  // repeat purchases only, so expected_orders, not this, tells one-time buyers apart.
  [[nodiscard]] double p_alive(const PurchaseHistory& history, EventTime now) const;
  // Orders expected within (now, now + horizon].
  [[nodiscard]] double expected_orders(const PurchaseHistory& history, EventTime now,
                                       Duration horizon) const;
  // The margin of those orders in minor units, half away from zero, never below 0. They come in
  // months of 365/12 days, each discounted to now from its end.
  [[nodiscard]] int64_t clv(const PurchaseHistory& history, EventTime now, Duration horizon) const;

  // The earliest millisecond ≥ `from` at which the value is below the threshold if nothing is
  // bought, or never() if it is not so within ten years of `from`. Exact: there the value is below,
  // a millisecond before it is not.
  [[nodiscard]] EventTime time_when_p_alive_below(const PurchaseHistory& history, double threshold,
                                                  EventTime from) const;
  [[nodiscard]] EventTime time_when_clv_below(const PurchaseHistory& history, Duration horizon,
                                              int64_t threshold, EventTime from) const;

  friend bool operator==(const ClvModel&, const ClvModel&) = default;

 private:
  explicit ClvModel(const ClvParameters& parameters) : x_parameters(parameters) {}
  [[nodiscard]] double exact_clv(const PurchaseHistory& history, EventTime now,
                                 Duration horizon) const;
  [[nodiscard]] double discounted_orders(const RepeatPurchases& customer, double horizon) const;

  ClvParameters x_parameters;
};

}  // namespace rekindle::operators
