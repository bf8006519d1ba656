// What a visitor's profile leaves out, for who asks for everything that is kept of them.
#pragma once

#include "core/site.h"
#include "core/visitor.h"
#include "io/json_text.h"

namespace rekindle::io {

// Adds the members `timeline`, `summarised`, `cart_lines`, `orders` and `event_ids`. Products,
// categories, brands, orders and event ids are kept as hashes, and shown so, in hex.
void append_history(JsonObject& object, const Visitor& visitor, const Site& site);

}  // namespace rekindle::io
