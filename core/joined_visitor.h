// Several visitors as the one visitor who did what all of them did: what a person is who comes
// under several names. Read from what each visitor is now; nothing is kept of it, so a person may
// be joined and parted at any time and nothing has to be undone.
//
// Everything counts once (core/repeated_events.h, core/joined_cart.h), windows, recency and totals
// are those of all events together, the newest trait counts, a purpose is refused where one
// visitor's newest answer refuses it.
//
// Pure functions.
#pragma once

#include <span>

#include "core/visitor.h"

namespace rekindle {

struct JoinedVisitor {
  // Named and keyed as the first. In the audiences of all, from the first time one of them was:
  // whoever asks for the whole one's lets the operators look again. Without event ids and claims,
  // for it takes no events.
  Visitor visitor;
  // False: something of it is not known any more that the events said, or is more than one visitor
  // is kept of in detail. Windows say for themselves whether they are exact.
  bool exact = true;
};

// REQUIRES: at least one.
[[nodiscard]] JoinedVisitor join_visitors(std::span<const Visitor* const> parts);

}  // namespace rekindle
