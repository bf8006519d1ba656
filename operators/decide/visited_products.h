// The products of a visitor's session, as candidate sources ask the model about them.
#pragma once

#include <vector>

#include "operators/decide/decide_view.h"

namespace rekindle::operators {

// The newest `most` lines of the session that is open, the oldest of them first; a product may
// repeat. Of the time before when the session has none, so that who comes back is known. A line
// that repeats the product just before it with another type (looked at, then put in the cart) is
// left out, as the model's own sessions are read.
[[nodiscard]] std::vector<NameHash> visited_products(const DecideView& view, size_t most);

// What an offer may go with: the cart's products, newest change last; the one visited last when the
// cart is empty.
[[nodiscard]] std::vector<NameHash> anchor_products(const DecideView& view, size_t most);

// A product as people know it: its title, its id, or its hash.
[[nodiscard]] std::string display_name(const DecideView& view, NameHash product);

}  // namespace rekindle::operators
