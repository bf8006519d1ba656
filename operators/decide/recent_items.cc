#include "operators/decide/recent_items.h"

#include <algorithm>

#include "core/limits.h"

namespace rekindle::operators {
namespace {

// By precedence at the same instant.
constexpr EventType kTypes[] = {EventType::kPurchase, EventType::kAddToCart, EventType::kViewItem};

}  // namespace

RecentItems::RecentItems(const Timeline& timeline, EventTime now) : x_timeline(timeline) {
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

bool RecentItems::next_entry() {
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

std::optional<RecentItem> RecentItems::next() {
  if (x_items_seen == limits::kRecentItemsMax) return std::nullopt;
  while (x_entry == nullptr || x_item >= x_entry->line_count) {
    if (!next_entry()) return std::nullopt;
  }
  ++x_items_seen;
  return RecentItem{x_timeline.item_of(*x_entry, x_item++), x_type, x_entry->at};
}

}  // namespace rekindle::operators
