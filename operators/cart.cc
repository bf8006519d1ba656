// Keeps what is in the visitor's cart, in the order events arrive.
//
// In:    add_to_cart, remove_from_cart and purchase, by their items; an item without a product id
// is
//        passed over. Adds add quantity and set price and category where given; removes and
//        purchases take quantity out, never below 0, and the line with it.
// State: Visitor::cart, at most limits::kCartLinesMax lines; over it the line unchanged longest is
//        dropped. changed_at is the newest `at` of an event that changed something.
// Effects: none.
#include "operators/cart.h"

#include <algorithm>

#include "core/limits.h"

namespace rekindle::operators {
namespace {

CartLine* find_line(Cart& cart, NameHash product) {
  auto* const line = std::find_if(cart.lines.begin(), cart.lines.end(),
                                  [product](const CartLine& l) { return l.product == product; });
  return line == cart.lines.end() ? nullptr : line;
}

void drop_stalest(Cart& cart) {
  const auto* const stalest = std::min_element(
      cart.lines.begin(), cart.lines.end(),
      [](const CartLine& a, const CartLine& b) { return a.changed_at < b.changed_at; });
  cart.lines.erase(stalest);
}

bool put_in(Cart& cart, const Item& item, EventTime at) {
  if (item.product_hash == kNoName || item.quantity == 0) return false;
  CartLine* line = find_line(cart, item.product_hash);
  if (line == nullptr) {
    if (cart.lines.size() == limits::kCartLinesMax) drop_stalest(cart);
    CartLine added;
    added.product = item.product_hash;
    added.changed_at = at;
    cart.lines.push_back(added);
    line = &cart.lines.back();
  }
  line->quantity = std::min(line->quantity + std::min(item.quantity, limits::kQuantityMax),
                            limits::kQuantityMax);
  if (item.price != kNoMoney) line->price = item.price;
  if (item.category_hash != kNoName) line->category = item.category_hash;
  line->changed_at = std::max(line->changed_at, at);
  return true;
}

bool take_out(Cart& cart, const Item& item, EventTime at) {
  CartLine* const line = find_line(cart, item.product_hash);
  if (line == nullptr || item.quantity == 0) return false;
  if (line->quantity <= item.quantity) {
    cart.lines.erase(line);
    return true;
  }
  line->quantity -= item.quantity;
  line->changed_at = std::max(line->changed_at, at);
  return true;
}

class CartKeeper final : public Operator {
 public:
  [[nodiscard]] std::string_view name() const override { return "cart"; }

  void on_event(Event& event, Context& context) override {
    const bool adds = event.type == EventType::kAddToCart;
    if (!adds && event.type != EventType::kRemoveFromCart && event.type != EventType::kPurchase) {
      return;
    }
    Cart& cart = context.visitor().cart;
    bool changed = false;
    for (const Item& item : event.items) {
      changed |= adds ? put_in(cart, item, event.at) : take_out(cart, item, event.at);
    }
    if (changed) cart.changed_at = std::max(cart.changed_at, event.at);
  }
  void on_deadline(Context&) override {}
};

}  // namespace

std::unique_ptr<Operator> make_cart() {
  return std::make_unique<CartKeeper>();
}

}  // namespace rekindle::operators
