// Stops what the visitor dismissed a short while ago.
#pragma once

#include <algorithm>

#include "operators/decide/guards/offer_guard.h"

namespace rekindle::operators::guards {

inline constexpr OfferGuard kCooledDown{
    "cool_down", [](const OfferJudged& judged) {
      if (judged.view.visitor.offers == nullptr) return false;
      const auto& exposures = judged.view.visitor.offers->exposures;
      return std::any_of(exposures.begin(), exposures.end(), [&](const Exposure& exposure) {
        return exposure.offer == judged.rule.hash && exposure.dismissed_at != EventTime::never() &&
               judged.view.now < exposure.dismissed_at + judged.rule.config.cool_down;
      });
    }};

}  // namespace rekindle::operators::guards
