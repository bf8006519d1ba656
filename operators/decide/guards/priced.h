// Stops a discount in percent of a price that nobody knows: its budget could not be kept.
#pragma once

#include "operators/decide/guards/offer_guard.h"

namespace rekindle::operators::guards {

inline constexpr OfferGuard kPriced{"price_unknown", [](const OfferJudged& judged) {
                                      const auto& ladder = judged.rule.config.ladder;
                                      return judged.rung < ladder.size() &&
                                             ladder[judged.rung].basis_points > 0 &&
                                             judged.price <= 0;
                                    }};

}  // namespace rekindle::operators::guards
