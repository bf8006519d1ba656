// lifetime.orders, lifetime.revenue, lifetime.aov, lifetime.events — totals since the first event.
#include "operators/audience/terms.h"

namespace rekindle::operators::audience {
namespace {

Quantity orders(const Arguments&, const Scope& scope) {
  return {Rational::whole(scope.visitor.lifetime.orders)};
}

Quantity revenue(const Arguments&, const Scope& scope) {
  return {Rational::whole(scope.visitor.lifetime.revenue())};
}

Quantity average_order_value(const Arguments&, const Scope& scope) {
  const Lifetime& lifetime = scope.visitor.lifetime;
  const std::optional<Rational> average = make_rational(lifetime.revenue(), lifetime.orders);
  return average ? Quantity{*average} : Quantity::unknown();  // unknown before the first order
}

Quantity events(const Arguments&, const Scope& scope) {
  return {Rational::whole(scope.visitor.lifetime.events)};
}

void trigger_on_orders(const Arguments&, std::vector<Trigger>& triggers) {
  trigger_on_type(EventType::kPurchase, triggers);
  trigger_on_type(EventType::kRefund, triggers);
}

template <Type kType>
constexpr TermKind lifetime_term(std::string_view name,
                                 void (*add_triggers)(const Arguments&, std::vector<Trigger>&),
                                 Quantity (*measure)(const Arguments&, const Scope&)) {
  return {
      .name = name,
      .usage = name,
      .arguments = {},
      .type_of = always<kType>,
      .is_linear = false,
      .cost = 1,
      .add_triggers = add_triggers,
      .measure = measure,
      .holds = nullptr,
      .at_least = nullptr,
  };
}

}  // namespace

constexpr TermKind kLifetimeOrders =
    lifetime_term<Type::kNumber>("lifetime.orders", trigger_on_orders, orders);
constexpr TermKind kLifetimeRevenue =
    lifetime_term<Type::kMoney>("lifetime.revenue", trigger_on_orders, revenue);
constexpr TermKind kLifetimeAov =
    lifetime_term<Type::kMoney>("lifetime.aov", trigger_on_orders, average_order_value);
constexpr TermKind kLifetimeEvents =
    lifetime_term<Type::kNumber>("lifetime.events", trigger_on_every_event, events);

}  // namespace rekindle::operators::audience
