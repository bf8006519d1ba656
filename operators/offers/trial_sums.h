// What a trial that is over adds to the sums of its arm, its offer's group and the policy.
// Called by operators/offers/trials only.
#pragma once

#include "core/offer_history.h"
#include "core/operator.h"

namespace rekindle::operators::offers {

void count_outcome(const Trial& trial, const OfferHistory& history, Context& context);

}  // namespace rekindle::operators::offers
