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

std::optional<Requirement> an_order(const Arguments&, Compare compare, const Rational& bound) {
  if (!wants_some(compare, bound)) return std::nullopt;
  return Requirement{Requirement::Kind::kOrder};
}

// Without an order it is unknown, which nothing compares to.
std::optional<Requirement> an_order_always(const Arguments&, Compare, const Rational&) {
  return Requirement{Requirement::Kind::kOrder};
}

using Requires = std::optional<Requirement>(const Arguments&, Compare, const Rational&);

template <Type kType>
constexpr TermKind lifetime_term(std::string_view name,
                                 void (*add_triggers)(const Arguments&, std::vector<Trigger>&),
                                 Quantity (*measure)(const Arguments&, const Scope&),
                                 Requires* requirement) {
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
      .requirement = requirement,
  };
}

}  // namespace

constexpr TermKind kLifetimeOrders =
    lifetime_term<Type::kNumber>("lifetime.orders", trigger_on_totals, orders, an_order);
constexpr TermKind kLifetimeRevenue =
    lifetime_term<Type::kMoney>("lifetime.revenue", trigger_on_totals, revenue, an_order);
constexpr TermKind kLifetimeAov = lifetime_term<Type::kMoney>("lifetime.aov", trigger_on_totals,
                                                              average_order_value, an_order_always);
constexpr TermKind kLifetimeOrderInterval = lifetime_term<Type::kDuration>(
    "lifetime.order_interval", trigger_on_totals, order_interval, an_order_always);
constexpr TermKind kLifetimeCouponShare = lifetime_term<Type::kNumber>(
    "lifetime.coupon_share", trigger_on_totals, coupon_share, an_order_always);
constexpr TermKind kLifetimeRefundShare = lifetime_term<Type::kNumber>(
    "lifetime.refund_share", trigger_on_totals, refund_share, an_order_always);
constexpr TermKind kLifetimeEvents =
    lifetime_term<Type::kNumber>("lifetime.events", trigger_on_every_event, events, nullptr);

}  // namespace rekindle::operators::audience
