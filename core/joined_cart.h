// The carts of several visitors as the cart of one (core/joined_visitor.h). Pure functions.
//
// A product that only one of them put in and took out lies in the cart as it does in theirs. Where
// several did, what one took out or bought after another put it in is gone: their carts together,
// less what all events in the order of their times leave less than each visitor's own events do.
// The price is the one seen last by those in whose cart it lies.
#pragma once

#include <span>

#include "core/repeated_events.h"
#include "core/visitor.h"

namespace rekindle {

struct JoinedCart {
  Cart cart;
  // False: of a product that several dealt with not everything is known that they did, or some of
  // it came late.
  bool exact = true;
};

[[nodiscard]] JoinedCart join_carts(std::span<const Visitor* const> parts,
                                    const RepeatedEvents& repeated);

}  // namespace rekindle
