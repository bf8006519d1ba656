// Stops everything for a visitor of whom no more exposures can be kept: no cap is passed for lack
// of memory. Service messages have room of their own.
#pragma once

#include "core/limits.h"
#include "operators/decide/guards/offer_guard.h"

namespace rekindle::operators::guards {

inline constexpr OfferGuard kHasRoom{"history_full", [](const OfferJudged& judged) {
                                       if (judged.view.visitor.offers == nullptr) return false;
                                       const size_t most = judged.rule.is_marketing()
                                                               ? limits::kExposuresMarketingMax
                                                               : limits::kExposuresMax;
                                       return judged.view.visitor.offers->exposures.size() >= most;
                                     }};

}  // namespace rekindle::operators::guards
