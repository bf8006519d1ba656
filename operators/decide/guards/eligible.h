// Stops who is not in the offer's audience, or whose audience is no more.
#pragma once

#include "operators/decide/guards/offer_guard.h"

namespace rekindle::operators::guards {

inline constexpr OfferGuard kKnownAudience{"unknown_audience", [](const OfferJudged& judged) {
                                             const OfferRule& rule = judged.rule;
                                             return rule.audience.is_broken ||
                                                    rule.applies.is_broken || rule.suits.is_broken;
                                           }};
inline constexpr OfferGuard kEligible{"not_eligible", [](const OfferJudged& judged) {
                                        return !judged.view.holds(judged.rule.audience);
                                      }};

}  // namespace rekindle::operators::guards
