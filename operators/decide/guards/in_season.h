// Stops what has not started yet, is over, or is not in season.
#pragma once

#include "operators/decide/guards/offer_guard.h"

namespace rekindle::operators::guards {

inline constexpr OfferGuard kInSeason{"out_of_season", [](const OfferJudged& judged) {
                                        const OfferConfig& config = judged.rule.config;
                                        const EventTime now = judged.view.now;
                                        if (now < config.start || now >= config.end) return true;
                                        return config.season && !config.season->is_on(day_of(now));
                                      }};

}  // namespace rekindle::operators::guards
