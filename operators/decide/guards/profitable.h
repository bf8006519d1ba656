// Stops marketing for whom the shop calls unprofitable (offering.unprofitable).
#pragma once

#include "operators/decide/guards/offer_guard.h"

namespace rekindle::operators::guards {

inline constexpr OfferGuard kProfitable{
    "unprofitable", [](const OfferJudged& judged) {
      const OfferCondition& condition = judged.view.book.unprofitable();
      return judged.rule.is_marketing() && condition.is_set && judged.view.holds(condition);
    }};

}  // namespace rekindle::operators::guards
