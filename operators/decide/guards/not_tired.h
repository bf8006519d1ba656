// Stops what was shown so often in a row without a click that it needs a rest.
#pragma once

#include "operators/decide/guards/offer_guard.h"
#include "operators/decide/value/fatigue.h"

namespace rekindle::operators::guards {

inline constexpr OfferGuard kNotTired{"fatigue", [](const OfferJudged& judged) {
                                        const OfferConfig& config = judged.rule.config;
                                        if (config.fatigue_after == 0) return false;
                                        const Ignored ignored =
                                            ignored_of(judged.view, judged.rule);
                                        return ignored.showings >= config.fatigue_after &&
                                               judged.view.now < ignored.last + config.fatigue_for;
                                      }};

}  // namespace rekindle::operators::guards
