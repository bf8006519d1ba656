// Stops what has not started yet, or is over.
#pragma once

#include "operators/decide/guards/offer_guard.h"

namespace rekindle::operators::guards {

inline constexpr OfferGuard kInSeason{"out_of_season", [](const OfferJudged& judged) {
                                        const OfferConfig& config = judged.rule.config;
                                        return judged.view.now < config.start ||
                                               judged.view.now >= config.end;
                                      }};

}  // namespace rekindle::operators::guards
