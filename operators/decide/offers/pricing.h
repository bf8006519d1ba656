// What an offer is about in money, and how its value is weighed for one visitor. Used by arbiter.
#pragma once

#include "operators/decide/guards/offer_guard.h"

namespace rekindle::operators {

// Its product's price, else the cart's value, else what an order is said to be worth; minor units.
[[nodiscard]] int64_t price_of(const OfferView& view, const OfferRule& rule,
                               const Product* product);
// What a rung of its ladder takes off that price.
[[nodiscard]] int64_t discount_of(const OfferRule& rule, uint32_t rung, int64_t price);
// Its lever times the context weights that hold.
[[nodiscard]] double factor_of(const OfferView& view, const OfferRule& rule);
// What showing it once more costs in patience, minor units.
[[nodiscard]] double fatigue_cost_of(const OfferView& view, const OfferRule& rule);

}  // namespace rekindle::operators
