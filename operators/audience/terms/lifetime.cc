// lifetime.orders, revenue, aov, order_interval, coupon_share, refund_share and events — totals
// since the first event. Those that divide are unknown while there is nothing to divide by.
#include "operators/audience/terms.h"

namespace rekindle::operators::audience {
namespace {

Quantity orders(const Arguments&, const Scope& scope) {
  return {Rational::whole(scope.visitor.lifetime.orders)};
}

Quantity revenue(const Arguments&, const Scope& scope) {
  return {Rational::whole(scope.visitor.lifetime.revenue())};
}

// A quotient; unknown without a divisor.
Quantity quotient(int64_t part, int64_t whole) {
  const std::optional<Rational> value = make_rational(part, whole);
  return value ? Quantity{*value} : Quantity::unknown();
}

Quantity average_order_value(const Arguments&, const Scope& scope) {
  return quotient(scope.visitor.lifetime.revenue(), scope.visitor.lifetime.orders);
}

Quantity order_interval(const Arguments&, const Scope& scope) {
  const Lifetime& lifetime = scope.visitor.lifetime;
  if (lifetime.orders < 2) return Quantity::unknown();
  return quotient((lifetime.last_order - lifetime.first_order).ms, lifetime.orders - 1);
}

Quantity coupon_share(const Arguments&, const Scope& scope) {
  return quotient(scope.visitor.lifetime.coupon_orders, scope.visitor.lifetime.orders);
}

Quantity refund_share(const Arguments&, const Scope& scope) {
  return quotient(scope.visitor.lifetime.refunded, scope.visitor.lifetime.purchased);
}

Quantity events(const Arguments&, const Scope& scope) {
  return {Rational::whole(scope.visitor.lifetime.events)};
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
    lifetime_term<Type::kNumber>("lifetime.orders", trigger_on_totals, orders);
constexpr TermKind kLifetimeRevenue =
    lifetime_term<Type::kMoney>("lifetime.revenue", trigger_on_totals, revenue);
constexpr TermKind kLifetimeAov =
    lifetime_term<Type::kMoney>("lifetime.aov", trigger_on_totals, average_order_value);
constexpr TermKind kLifetimeOrderInterval =
    lifetime_term<Type::kDuration>("lifetime.order_interval", trigger_on_totals, order_interval);
constexpr TermKind kLifetimeCouponShare =
    lifetime_term<Type::kNumber>("lifetime.coupon_share", trigger_on_totals, coupon_share);
constexpr TermKind kLifetimeRefundShare =
    lifetime_term<Type::kNumber>("lifetime.refund_share", trigger_on_totals, refund_share);
constexpr TermKind kLifetimeEvents =
    lifetime_term<Type::kNumber>("lifetime.events", trigger_on_every_event, events);

}  // namespace rekindle::operators::audience
