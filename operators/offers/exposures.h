// A visitor's exposures through their life: decided, shown or returned, touched, closed, forgotten.
// Called by operators/offers only.
#pragma once

#include "core/event.h"
#include "core/offer_history.h"
#include "core/operator.h"
#include "core/tally_key.h"

namespace rekindle::operators::offers {

// So long after a window ends, or an order line came, late events may still tell of before.
inline constexpr Duration kLateTouches = hours(1);

// All that became due up to context.now(), in order.
void pass_time(OfferHistory& history, Context& context);
// When pass_time() has something to do next; never(): never.
[[nodiscard]] EventTime next_instant(const OfferHistory& history);

void take_decision(const Event& event, OfferHistory& history, Context& context);
// REQUIRES: event.decision is not empty.
void take_feedback(const Event& event, OfferHistory& history, Context& context);
void count_unknown(Context& context);

// Counts something of an arm in the week of now.
void count(const Exposure& exposure, TallyOf what, int64_t amount, Context& context);
// Once: takes its discount from the budget for good and frees its piece, for it was bought.
void convert(Exposure& exposure, Context& context);

}  // namespace rekindle::operators::offers
