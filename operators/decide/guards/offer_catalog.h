// All guards of configured offers, in the order in which they judge: a loser is told the first that
// stopped it. Holdouts come last, when an offer is chosen: a ghost would have been shown.
#pragma once

#include "operators/decide/guards/applicable.h"
#include "operators/decide/guards/consented.h"
#include "operators/decide/guards/cooled_down.h"
#include "operators/decide/guards/eligible.h"
#include "operators/decide/guards/full_price.h"
#include "operators/decide/guards/has_room.h"
#include "operators/decide/guards/in_season.h"
#include "operators/decide/guards/margin_left.h"
#include "operators/decide/guards/not_tired.h"
#include "operators/decide/guards/offer_in_stock.h"
#include "operators/decide/guards/offer_listed.h"
#include "operators/decide/guards/offer_owned.h"
#include "operators/decide/guards/priced.h"
#include "operators/decide/guards/profitable.h"
#include "operators/decide/guards/quiet_hours.h"
#include "operators/decide/guards/suitable.h"
#include "operators/decide/guards/within_budget.h"
#include "operators/decide/guards/within_caps.h"

namespace rekindle::operators {

inline constexpr OfferGuard kOfferGuards[] = {
    guards::kInSeason,      guards::kKnownAudience, guards::kEligible,    guards::kApplicable,
    guards::kSuitable,      guards::kConsented,     guards::kOfferListed, guards::kOfferAvailable,
    guards::kOfferRefunded, guards::kOfferOwned,    guards::kOfferInCart, guards::kOfferInStock,
    guards::kPriced,        guards::kMarginLeft,    guards::kFullPrice,   guards::kProfitable,
    guards::kOfferCap,      guards::kGroupCap,      guards::kChannelCap,  guards::kVisitorCap,
    guards::kHasRoom,       guards::kNotTired,      guards::kCooledDown,  guards::kQuietHours,
    guards::kWithinBudget,
};

}  // namespace rekindle::operators
