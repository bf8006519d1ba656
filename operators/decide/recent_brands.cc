#include "operators/decide/recent_brands.h"

#include <algorithm>

#include "core/limits.h"
#include "operators/decide/recent_items.h"

namespace rekindle::operators {

std::vector<NameHash> recent_brands(const DecideView& view) {
  std::vector<NameHash> brands;
  RecentItems recent(view.visitor.timeline, view.now);
  while (brands.size() < limits::kRecentCategoriesMax) {
    const auto seen = recent.next();
    if (!seen) break;
    const Product* product = view.model.catalog->find(seen->item.product);
    NameHash brand = seen->item.brand;
    if (brand == kNoName && product != nullptr) brand = product->brand_hash;
    if (brand == kNoName) continue;
    if (std::find(brands.begin(), brands.end(), brand) == brands.end()) brands.push_back(brand);
  }
  return brands;
}

}  // namespace rekindle::operators
