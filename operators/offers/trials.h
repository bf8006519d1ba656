// Trials: what customers buy within a window after an offer was first chosen for them, whether they
// were shown it or are ghosts. The difference is what the offer caused. Called by operators/offers.
#pragma once

#include "core/event.h"
#include "core/offer_history.h"
#include "core/operator.h"

namespace rekindle::operators::offers {

// Unless one of the same offer is open.
void begin_trial(const Exposure& exposure, NameHash policy, OfferHistory& history,
                 const Context& context);
// Of the site, whoever buys: what attributed revenue is a part of.
void count_revenue(const Event& event, Context& context);
void count_purchase(const Event& event, OfferHistory& history);
void count_refund(const Event& event, OfferHistory& history);
// Counts those that are over: only then is a failure a failure.
void close_trials(OfferHistory& history, Context& context);

}  // namespace rekindle::operators::offers
