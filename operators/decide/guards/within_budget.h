// Stops what its budget does not pay for any more. It is taken when the offer is chosen.
#pragma once

#include "operators/decide/guards/offer_guard.h"

namespace rekindle::operators::guards {

inline constexpr OfferGuard kWithinBudget{
    "budget", [](const OfferJudged& judged) {
      const OfferConfig& config = judged.rule.config;
      if (config.budget < 0) return false;
      const int64_t taken = judged.view.tally(judged.rule.hash, TallyOf::kBudget);
      return config.cost + judged.discount > config.budget - taken;
    }};

}  // namespace rekindle::operators::guards
