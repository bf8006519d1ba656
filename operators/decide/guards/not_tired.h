// Stops what was shown so often in a row without a click that it needs a rest.
#pragma once

#include "operators/decide/guards/offer_guard.h"

namespace rekindle::operators::guards {

inline constexpr OfferGuard kNotTired{
    "fatigue", [](const OfferJudged& judged) {
      const OfferConfig& config = judged.rule.config;
      if (config.fatigue_after == 0 || judged.view.visitor.offers == nullptr) return false;
      uint64_t ignored = 0;
      EventTime last = EventTime::before_all();
      for (const Exposure& exposure : judged.view.visitor.offers->exposures) {
        if (exposure.offer != judged.rule.hash || !exposure.was_shown()) continue;
        ignored = exposure.clicked_at == EventTime::never() ? ignored + 1 : 0;
        last = exposure.shown_at;
      }
      return ignored >= config.fatigue_after && judged.view.now < last + config.fatigue_for;
    }};

}  // namespace rekindle::operators::guards
