// Spans of whole days for cohorts: 2026, 2026-03, 2026-03-15, 2026-03-01..2026-05-31. Days begin at
// midnight UTC. Called by the parser; never on the event path.
#pragma once

#include <string_view>

#include "core/error.h"
#include "core/time.h"

namespace rekindle::operators::audience {

// [begin, end)
struct Period {
  EventTime begin;
  EventTime end;
  [[nodiscard]] bool contains(EventTime at) const { return begin <= at && at < end; }
};

// Errors: kInvalidExpression, the detail says what is wrong.
[[nodiscard]] Result<Period> parse_period(std::string_view text);

}  // namespace rekindle::operators::audience
