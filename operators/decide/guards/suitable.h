// Stops what is not right for this person: its `suits` does not hold.
#pragma once

#include "operators/decide/guards/offer_guard.h"

namespace rekindle::operators::guards {

inline constexpr OfferGuard kSuitable{"not_suitable", [](const OfferJudged& judged) {
                                        return !judged.view.holds(judged.rule.suits);
                                      }};

}  // namespace rekindle::operators::guards
