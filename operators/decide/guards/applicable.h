// Stops what makes no sense now: its `applies` does not hold.
#pragma once

#include "operators/decide/guards/offer_guard.h"

namespace rekindle::operators::guards {

inline constexpr OfferGuard kApplicable{"not_applicable", [](const OfferJudged& judged) {
                                          return !judged.view.holds(judged.rule.applies);
                                        }};

}  // namespace rekindle::operators::guards
