// Stops a product of which no piece is left that is not held for somebody. Unknown stock passes.
#pragma once

#include "operators/decide/guards/offer_guard.h"

namespace rekindle::operators::guards {

inline constexpr OfferGuard kOfferInStock{
    "out_of_stock", [](const OfferJudged& judged) {
      if (judged.product == nullptr || judged.product->stock == kUnknownStock) return false;
      return judged.product->stock <= judged.view.tally(judged.rule.product, TallyOf::kStock);
    }};

}  // namespace rekindle::operators::guards
