// What Snowplow's self-describing events and entities say about shopping: the schema's name gives
// the type, entities of the e-commerce vocabulary give items and the order. Used by snowplow.cc.
#pragma once

#include <string_view>

#include "io/decoders/event_draft.h"
#include "io/decoders/json_tree.h"

namespace rekindle::io {

// "add_to_cart" of "iglu:com.acme/add_to_cart/jsonschema/1-0-0"; empty when it is no such address.
[[nodiscard]] std::string_view schema_name(std::string_view schema);

// {"schema", "data"} of a self-describing event: its type, and what its data says.
void read_self_describing(JsonValue event, EventDraft& draft);
// {"data": [{"schema", "data"}, …]}. After the event itself, whose type says what the sums mean.
void read_entities(JsonValue contexts, EventDraft& draft);

}  // namespace rekindle::io
