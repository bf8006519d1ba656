// When a visitor last had something to do with a product, as far as the timeline has the lines.
#pragma once

#include <algorithm>

#include "core/timeline.h"

namespace rekindle::operators {

// before_all(): never.
[[nodiscard]] inline EventTime last_line_of(const Timeline& timeline, EventType type,
                                            NameHash product) {
  const Timeline::List* const list = timeline.find(type);
  if (list == nullptr) return EventTime::before_all();
  const auto entries = list->entries();
  for (size_t e = entries.size(); e-- > 0;) {
    for (size_t i = 0; i < entries[e].line_count; ++i) {
      if (timeline.item_of(entries[e], i).product == product) return entries[e].at;
    }
  }
  return EventTime::before_all();
}

}  // namespace rekindle::operators
