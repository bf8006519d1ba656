// The e-commerce words that Segment defined and others took over (RudderStack, Jitsu, PostHog), and
// the properties that go with them. Used by their decoders; pure functions over a draft.
#pragma once

#include <string_view>

#include "io/decoders/event_draft.h"
#include "io/decoders/json_tree.h"

namespace rekindle::io {

// "Order Completed" → "purchase", in any letter case and with '_' for blanks; also the words of the
// first version ("Completed Order"). Empty: not one of them.
[[nodiscard]] std::string_view commerce_type(std::string_view event_name);

// Items, value, currency, order, coupon and query. The type is set already: a purchase is worth its
// `revenue`, else `total`; a refund its `total`; anything else its `value`.
void read_commerce(JsonValue properties, EventDraft& draft);

}  // namespace rekindle::io
