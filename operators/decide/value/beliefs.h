// What is believed of one arm (an offer at one discount): how likely a customer buys after it, how
// likely without it, and what an order is then worth. From trials whose window is over, which fade
// by the week, towards what its group has shown, and that towards what is configured.
#pragma once

#include <span>

#include "operators/decide/guards/offer_guard.h"

namespace rekindle::operators {

struct Belief {  // a Beta distribution
  double successes = 1;
  double failures = 1;
  [[nodiscard]] double mean() const { return successes / (successes + failures); }
};

struct Beliefs {
  Belief shown;
  Belief ghost;
  double order_revenue = 0;  // minor units, of an order
};

[[nodiscard]] Beliefs beliefs_of(const OfferView& view, const OfferRule& rule, uint32_t rung,
                                 int64_t price);

}  // namespace rekindle::operators
