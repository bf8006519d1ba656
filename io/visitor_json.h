// Who a visitor is now, as JSON. Called on the visitor's shard. Pure functions.
#pragma once

#include <string>

#include "core/rules.h"
#include "core/site.h"
#include "core/visitor.h"

namespace rekindle::io {

// One object: totals, cart, session, events by type, audiences, traits, consent, campaigns, offers;
// `with_history` adds what append_history does.
void append_visitor(std::string& out, const Visitor& visitor, const Site& site, const Rules& rules,
                    EventTime now, bool with_history);

}  // namespace rekindle::io
