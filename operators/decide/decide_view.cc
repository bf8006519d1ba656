#include "operators/decide/decide_view.h"

namespace rekindle::operators {
namespace {

// Each item once: wholesale customers buy the same few hundred things in thousands of lines.
std::vector<NameHash> bought_by(const Timeline& timeline) {
  std::vector<NameHash> bought;
  const Timeline::List* purchases = timeline.find(EventType::kPurchase);
  if (purchases == nullptr) return bought;
  bought.reserve(timeline.items_bound());
  std::vector<bool> seen(timeline.items_bound());
  for (const Timeline::Entry& entry : purchases->entries()) {
    for (size_t i = 0; i < entry.line_count; ++i) {
      const size_t item = timeline.item_index(entry, i);
      if (seen[item]) continue;
      seen[item] = true;
      bought.push_back(timeline.item_of(entry, i).product);
    }
  }
  return bought;
}

std::vector<NameHash> cart_of(const DecideRequest& request, const Visitor& visitor) {
  std::vector<NameHash> cart;
  if (!request.cart.empty()) {
    cart.reserve(request.cart.size());
    for (const std::string& product : request.cart) cart.push_back(item_name_hash(product));
    return cart;
  }
  cart.reserve(visitor.cart.lines.size());
  for (const CartLine& line : visitor.cart.lines) cart.push_back(line.product);
  return cart;
}

// What the catalogue does not list is a family of its own.
std::vector<NameHash> families_of(const std::vector<std::string>& products,
                                  const ProductCatalog& catalog) {
  std::vector<NameHash> families;
  families.reserve(products.size());
  for (const std::string& id : products) {
    const NameHash hash = item_name_hash(id);
    const Product* product = catalog.find(hash);
    families.push_back(product == nullptr ? hash : product->family());
  }
  return families;
}

}  // namespace

DecideView::DecideView(const DecideRequest& asked, const Site& of_site, const Visitor& of_visitor,
                       EventTime at, const SiteModel& of_model)
    : request(asked),
      site(of_site),
      visitor(of_visitor),
      now(at),
      model(of_model),
      owned(bought_by(of_visitor.timeline)),
      cart(cart_of(asked, of_visitor)),
      shown(families_of(asked.shown, *of_model.catalog)) {}

}  // namespace rekindle::operators
