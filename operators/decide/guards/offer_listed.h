// Stops a product that the catalogue does not list, or marks as not available.
#pragma once

#include "operators/decide/guards/offer_guard.h"

namespace rekindle::operators::guards {

inline constexpr OfferGuard kOfferListed{"not_in_catalog", [](const OfferJudged& judged) {
                                           return judged.rule.product != kNoName &&
                                                  judged.product == nullptr;
                                         }};
inline constexpr OfferGuard kOfferAvailable{"unavailable", [](const OfferJudged& judged) {
                                              return judged.product != nullptr &&
                                                     !judged.product->available;
                                            }};

}  // namespace rekindle::operators::guards
