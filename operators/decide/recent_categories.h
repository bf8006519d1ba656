// The categories a visitor dealt with, newest first, each once: from views, cart additions and
// purchases. An item without a category has the one the catalogue gives its product.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "core/timeline.h"
#include "operators/decide/product_catalog.h"

namespace rekindle::operators {

struct RecentCategory {
  NameHash category = kNoName;
  EventType type = EventType::kNone;  // kViewItem, kAddToCart or kPurchase
  EventTime at;
};

// Walks only as far as it is asked to. At the same instant a purchase comes before an addition to
// the cart, that before a view. Gives at most limits::kRecentCategoriesMax categories and looks at
// no more than limits::kRecentItemsMax items. Thread: the visitor's shard.
class RecentCategories {
 public:
  // What lies ahead of `now` is not looked at.
  RecentCategories(const Timeline& timeline, const ProductCatalog& catalog, EventTime now);

  [[nodiscard]] std::optional<RecentCategory> next();

 private:
  struct Cursor {
    EventType type = EventType::kNone;
    std::span<const Timeline::Entry> left;  // not yet visited; the next one is the last
  };
  [[nodiscard]] bool next_entry();

  const Timeline& x_timeline;
  const ProductCatalog& x_catalog;
  std::array<Cursor, 3> x_cursors;
  const Timeline::Entry* x_entry = nullptr;  // the one whose items are being visited
  EventType x_type = EventType::kNone;
  size_t x_item = 0;
  size_t x_items_seen = 0;
  std::vector<NameHash> x_given;
};

}  // namespace rekindle::operators
