// cart.value, cart.items, cart.age — the cart as the events left it; its age runs since the last
// change and is infinite when the cart was never touched.
#include "operators/audience/terms.h"

namespace rekindle::operators::audience {
namespace {

Quantity value(const Arguments&, const Scope& scope) {
  return {Rational::whole(scope.visitor.cart.value())};
}

Quantity items(const Arguments&, const Scope& scope) {
  return {Rational::whole(scope.visitor.cart.pieces())};
}

Quantity age(const Arguments&, const Scope& scope) {
  const EventTime changed_at = scope.visitor.cart.changed_at;
  if (changed_at == EventTime::before_all()) return Quantity::infinite();
  return {Rational::whole((scope.now - changed_at).ms)};
}

// The types that operators/cart acts on.
void trigger_on_cart(const Arguments&, std::vector<Trigger>& triggers) {
  for (const EventType type :
       {EventType::kAddToCart, EventType::kRemoveFromCart, EventType::kPurchase}) {
    trigger_on_type(type, triggers);
  }
}

std::optional<Requirement> something_in_it(const Arguments&, Compare compare,
                                           const Rational& bound) {
  if (!wants_some(compare, bound)) return std::nullopt;
  return Requirement{Requirement::Kind::kCart};
}

template <Type kType>
constexpr TermKind cart_term(std::string_view name, bool is_linear,
                             Quantity (*measure)(const Arguments&, const Scope&)) {
  return {
      .name = name,
      .usage = name,
      .arguments = {},
      .type_of = always<kType>,
      .is_linear = is_linear,
      .cost = 2,
      .add_triggers = trigger_on_cart,
      .measure = measure,
      .holds = nullptr,
      .at_least = nullptr,
      .requirement = is_linear ? nullptr : something_in_it,
  };
}

}  // namespace

constexpr TermKind kCartValue = cart_term<Type::kMoney>("cart.value", false, value);
constexpr TermKind kCartItems = cart_term<Type::kNumber>("cart.items", false, items);
constexpr TermKind kCartAge = cart_term<Type::kDuration>("cart.age", true, age);

}  // namespace rekindle::operators::audience
