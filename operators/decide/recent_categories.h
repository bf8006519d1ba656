// The categories a visitor dealt with, newest first, each once: from views, cart additions and
// purchases. An item without a category has the one the catalogue gives its product.
#pragma once

#include <optional>
#include <vector>

#include "operators/decide/catalog/product_catalog.h"
#include "operators/decide/recent_items.h"

namespace rekindle::operators {

struct RecentCategory {
  NameHash category = kNoName;
  EventType type = EventType::kNone;  // kViewItem, kAddToCart or kPurchase
  EventTime at;
};

// Walks only as far as it is asked to, as RecentItems does, and gives at most
// limits::kRecentCategoriesMax categories. Thread: the visitor's shard.
class RecentCategories {
 public:
  // What lies ahead of `now` is not looked at.
  RecentCategories(const Timeline& timeline, const ProductCatalog& catalog, EventTime now)
      : x_items(timeline, now), x_catalog(catalog) {}

  [[nodiscard]] std::optional<RecentCategory> next();

 private:
  RecentItems x_items;
  const ProductCatalog& x_catalog;
  std::vector<NameHash> x_given;
};

}  // namespace rekindle::operators
