// Stops a discount that leaves less margin than the offer's floor.
#pragma once

#include "operators/decide/guards/offer_guard.h"

namespace rekindle::operators::guards {

inline constexpr OfferGuard kMarginLeft{
    "margin_floor", [](const OfferJudged& judged) {
      if (judged.discount == 0 || judged.price <= 0) return false;
      const OfferConfig& config = judged.rule.config;
      const __int128 price = judged.price;
      const __int128 paid = price - judged.discount;
      const __int128 margin = paid * kWholeShare - price * (kWholeShare - config.margin);
      return paid <= 0 || margin < paid * config.margin_floor;
    }};

}  // namespace rekindle::operators::guards
