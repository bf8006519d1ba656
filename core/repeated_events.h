// Events that several visitors sent and that are one: what is left out when the visitors are looked
// at as one (core/joined_visitor.h). Pure functions.
//
// An order is one whoever sent it; it stays where it was sent first, by its time. Any other event
// is one when two visitors sent the same id; of those it is what is alike in everything else.
#pragma once

#include <algorithm>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "core/visitor.h"

namespace rekindle {

struct RepeatedEvents {
  // By part: the type, and the place among Timeline::find(type)->entries().
  std::vector<std::set<std::pair<EventType, size_t>>> left_out;
  std::vector<Lifetime> totals;  // by part: without what is left out
  // False: something is known to be repeated, and not what it was any more.
  bool exact = true;

  [[nodiscard]] bool any() const {
    return std::any_of(left_out.begin(), left_out.end(),
                       [](const auto& part) { return !part.empty(); });
  }
};

[[nodiscard]] RepeatedEvents repeated_events(std::span<const Visitor* const> parts);

}  // namespace rekindle
