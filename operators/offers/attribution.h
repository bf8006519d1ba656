// Which offer an order line is credited to. docs/attribution.md has the rules and worked examples.
// Called by operators/offers only.
#pragma once

#include "core/event.h"
#include "core/offer_history.h"
#include "core/operator.h"

namespace rekindle::operators::offers {

// Keeps the lines of a purchase until touches that come late can be known.
void take_lines(const Event& event, OfferHistory& history, Context& context);
// Credits each line whose time came, once.
void settle_lines(OfferHistory& history, Context& context);

}  // namespace rekindle::operators::offers
