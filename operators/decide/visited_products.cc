#include "operators/decide/visited_products.h"

#include <fmt/format.h>

#include <algorithm>

#include "operators/decide/recent_items.h"

namespace rekindle::operators {

std::vector<NameHash> visited_products(const DecideView& view, size_t most) {
  std::vector<NameHash> products;
  const Session& session = view.visitor.session;
  RecentItems items(view.visitor.timeline, view.now);
  EventType type = EventType::kNone;
  while (products.size() < most) {
    const auto recent = items.next();
    if (!recent) break;
    if (recent->item.product == kNoName) continue;
    if (session.open && !products.empty() && recent->at < session.start) break;
    const bool is_same = !products.empty() && products.back() == recent->item.product;
    if (!is_same || type == recent->type) products.push_back(recent->item.product);
    type = recent->type;
  }
  std::reverse(products.begin(), products.end());
  return products;
}

std::vector<NameHash> anchor_products(const DecideView& view, size_t most) {
  if (view.cart.empty()) return visited_products(view, 1);
  std::vector<NameHash> anchors = view.cart;
  if (anchors.size() > most) {
    anchors.erase(anchors.begin(), anchors.end() - static_cast<ptrdiff_t>(most));
  }
  return anchors;
}

std::string display_name(const DecideView& view, NameHash product) {
  const Product* known = view.model.catalog->find(product);
  if (known == nullptr) return fmt::format("#{:016x}", product);
  return known->title.empty() ? known->id : known->title;
}

}  // namespace rekindle::operators
