// Turns a cart that was told whole into what changed about it. After dedupe and before everything
// that looks at an event's type, so that audiences, sessions and the timeline see only adds and
// removes. A cart told whole comes as two events with the same items:
//
// In:    cart_at_most, cart_at_least; the items are the whole cart. Of a product that is listed
//        twice the quantities are added, the rest is the first one's. Items without a product are
//        passed over. The visitor's cart as it is.
// Out:   cart_at_most: remove_from_cart of what lies in the cart beyond the items, at the cart's
// own
//        price and category. cart_at_least: add_to_cart of what the cart lacks. No difference: a
//        duplicate, which changes nothing; but as the visitor's first event a view_cart without
//        items, because a visitor who is known has an event. The event's value, the cart's, is
//        taken away: the event is worth its items.
// State: none.  Effects: none.
#include "operators/cart_state.h"

#include <algorithm>
#include <vector>

#include "core/limits.h"

namespace rekindle::operators {
namespace {

uint32_t listed(const std::vector<Item>& items, NameHash product) {
  uint64_t quantity = 0;
  for (const Item& item : items) {
    if (item.product_hash == product) quantity += item.quantity;
  }
  return static_cast<uint32_t>(std::min<uint64_t>(quantity, limits::kQuantityMax));
}

uint32_t in_cart(const Cart& cart, NameHash product) {
  for (const CartLine& line : cart.lines) {
    if (line.product == product) return line.quantity;
  }
  return 0;
}

bool is_first(const std::vector<Item>& items, const Item& item) {
  const auto same = [&](const Item& other) { return other.product_hash == item.product_hash; };
  return &*std::find_if(items.begin(), items.end(), same) == &item;
}

class CartState final : public Operator {
 public:
  [[nodiscard]] std::string_view name() const override { return "cart_state"; }

  void on_event(Event& event, Context& context) override {
    const Cart& cart = context.visitor().cart;
    x_items.clear();
    if (event.type == EventType::kCartAtMost) {
      list_extra(event.items, cart);
      event.type = EventType::kRemoveFromCart;
    } else if (event.type == EventType::kCartAtLeast) {
      list_missing(event.items, cart);
      event.type = EventType::kAddToCart;
    } else {
      return;
    }
    event.items.swap(x_items);
    event.value = kNoMoney;
    if (!event.items.empty()) return;
    const bool is_new = context.visitor().last_seen == EventTime::before_all();
    if (is_new) event.type = EventType::kViewCart;
    event.is_duplicate = !is_new;
  }
  void on_deadline(Context&) override {}

 private:
  void list_extra(const std::vector<Item>& items, const Cart& cart) {
    for (const CartLine& line : cart.lines) {
      const uint32_t kept = listed(items, line.product);
      if (line.quantity <= kept) continue;
      Item& item = x_items.emplace_back();
      item.product_hash = line.product;
      item.category_hash = line.category;
      item.price = line.price;
      item.quantity = line.quantity - kept;
    }
  }
  void list_missing(const std::vector<Item>& items, const Cart& cart) {
    for (const Item& item : items) {
      if (item.product_hash == kNoName || !is_first(items, item)) continue;
      const uint32_t wanted = listed(items, item.product_hash);
      const uint32_t present = in_cart(cart, item.product_hash);
      if (wanted > present) x_items.emplace_back(item).quantity = wanted - present;
    }
  }

  std::vector<Item> x_items;  // kept for its memory
};

}  // namespace

std::unique_ptr<Operator> make_cart_state() {
  return std::make_unique<CartState>();
}

}  // namespace rekindle::operators
