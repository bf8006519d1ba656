// Stops a discount for who always paid the full price, unless the offer says otherwise.
#pragma once

#include "operators/decide/guards/offer_guard.h"

namespace rekindle::operators::guards {

inline constexpr OfferGuard kFullPrice{"full_price_payer", [](const OfferJudged& judged) {
                                         const Lifetime& lifetime = judged.view.visitor.lifetime;
                                         return judged.discount > 0 &&
                                                !judged.rule.config.full_price_payers &&
                                                lifetime.orders > 0 && lifetime.coupon_orders == 0;
                                       }};

}  // namespace rekindle::operators::guards
