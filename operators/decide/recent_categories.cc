#include "operators/decide/recent_categories.h"

#include <algorithm>

#include "core/limits.h"

namespace rekindle::operators {
namespace {

// By precedence at the same instant.
constexpr EventType kTypes[] = {EventType::kPurchase, EventType::kAddToCart, EventType::kViewItem};

}  // namespace

RecentCategories::RecentCategories(const Timeline& timeline, const ProductCatalog& catalog,
                                   EventTime now)
    : x_timeline(timeline), x_catalog(catalog) {
  for (size_t i = 0; i < x_cursors.size(); ++i) {
    const Timeline::List* list = timeline.find(kTypes[i]);
    if (list == nullptr) continue;
    const std::span<const Timeline::Entry> entries = list->entries();
    const auto end =
        std::upper_bound(entries.begin(), entries.end(), now,
                         [](EventTime t, const Timeline::Entry& entry) { return t < entry.at; });
    x_cursors[i] = {list->type, entries.first(static_cast<size_t>(end - entries.begin()))};
  }
}

bool RecentCategories::next_entry() {
  Cursor* newest = nullptr;
  for (Cursor& cursor : x_cursors) {
    if (cursor.left.empty()) continue;
    if (newest == nullptr || cursor.left.back().at > newest->left.back().at) newest = &cursor;
  }
  if (newest == nullptr) return false;
  x_entry = &newest->left.back();
  newest->left = newest->left.first(newest->left.size() - 1);
  x_type = newest->type;
  x_item = 0;
  return true;
}

std::optional<RecentCategory> RecentCategories::next() {
  while (x_given.size() < limits::kRecentCategoriesMax && x_items_seen < limits::kRecentItemsMax) {
    if (x_entry == nullptr || x_item >= x_entry->line_count) {
      if (!next_entry()) return std::nullopt;
      continue;
    }
    const ItemKey& item = x_timeline.item_of(*x_entry, x_item++);
    ++x_items_seen;
    NameHash category = item.category;
    if (category == kNoName) {
      const Product* product = x_catalog.find(item.product);
      if (product != nullptr) category = product->category_hash;
    }
    if (category == kNoName) continue;
    if (std::find(x_given.begin(), x_given.end(), category) != x_given.end()) continue;
    x_given.push_back(category);
    return RecentCategory{category, x_type, x_entry->at};
  }
  return std::nullopt;
}

}  // namespace rekindle::operators
