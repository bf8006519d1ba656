#include "operators/decide/recent_categories.h"

#include <algorithm>

#include "core/limits.h"

namespace rekindle::operators {

std::optional<RecentCategory> RecentCategories::next() {
  while (x_given.size() < limits::kRecentCategoriesMax) {
    const auto recent = x_items.next();
    if (!recent) return std::nullopt;
    NameHash category = recent->item.category;
    if (category == kNoName) {
      const Product* product = x_catalog.find(recent->item.product);
      if (product != nullptr) category = product->category_hash;
    }
    if (category == kNoName) continue;
    if (std::find(x_given.begin(), x_given.end(), category) != x_given.end()) continue;
    x_given.push_back(category);
    return RecentCategory{category, recent->type, recent->at};
  }
  return std::nullopt;
}

}  // namespace rekindle::operators
