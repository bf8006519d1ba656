// What a visitor dealt with, newest first: products of views, cart additions and purchases, line by
// line. Used by candidate sources.
#pragma once

#include <array>
#include <optional>
#include <span>

#include "core/timeline.h"

namespace rekindle::operators {

struct RecentItem {
  ItemKey item;
  EventType type = EventType::kNone;  // kViewItem, kAddToCart or kPurchase
  EventTime at;
};

// Walks only as far as it is asked to. At the same instant a purchase comes before an addition to
// the cart, that before a view. Looks at no more than limits::kRecentItemsMax items. Thread: the
// visitor's shard.
class RecentItems {
 public:
  // What lies ahead of `now` is not looked at.
  RecentItems(const Timeline& timeline, EventTime now);

  [[nodiscard]] std::optional<RecentItem> next();

 private:
  struct Cursor {
    EventType type = EventType::kNone;
    std::span<const Timeline::Entry> left;  // not yet visited; the next one is the last
  };
  [[nodiscard]] bool next_entry();

  const Timeline& x_timeline;
  std::array<Cursor, 3> x_cursors;
  const Timeline::Entry* x_entry = nullptr;  // the one whose items are being visited
  EventType x_type = EventType::kNone;
  size_t x_item = 0;
  size_t x_items_seen = 0;
};

}  // namespace rekindle::operators
