// Chooses among the configured offers of a placement, and what of a decision is to be logged.
#pragma once

#include "operators/decide/guards/offer_guard.h"

namespace rekindle::operators {

// `decision` has what the placement's sources propose; configured offers are put before that, or
// around it when one of them is the recommendation. Reserves what it offers, if grounds.id != 0,
// and fills decision.record then.
void choose_offers(const OfferView& view, const DecideGrounds& grounds, Decision& decision);

}  // namespace rekindle::operators
