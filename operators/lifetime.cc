// Keeps the visitor's totals. After dedupe, so each purchase it sees is an order of its own.
//
// In:    every event that is not a duplicate; worth, coupon and time of purchases; worth of
// refunds,
//        whose sign does not matter
// State: Visitor::lifetime. Totals saturate.
// Effects: none.
#include "operators/lifetime.h"

#include <algorithm>

namespace rekindle::operators {
namespace {

void add_purchase(const Event& event, Lifetime& lifetime) {
  const int64_t worth = worth_of(event);
  ++lifetime.orders;
  if (worth != kNoMoney) lifetime.purchased = saturating_add(lifetime.purchased, worth);
  if (!event.coupon.empty()) ++lifetime.coupon_orders;
  lifetime.first_order = std::min(lifetime.first_order, event.at);
  lifetime.last_order = std::max(lifetime.last_order, event.at);
}

void add_refund(const Event& event, Lifetime& lifetime) {
  const int64_t worth = worth_of(event);
  if (worth == kNoMoney) return;
  lifetime.refunded = saturating_add(lifetime.refunded, worth < 0 ? -worth : worth);
}

class LifetimeTotals final : public Operator {
 public:
  [[nodiscard]] std::string_view name() const override { return "lifetime"; }

  void on_event(Event& event, Context& context) override {
    Lifetime& lifetime = context.visitor().lifetime;
    ++lifetime.events;
    if (event.type == EventType::kPurchase) add_purchase(event, lifetime);
    if (event.type == EventType::kRefund) add_refund(event, lifetime);
  }
  void on_deadline(Context&) override {}
};

}  // namespace

std::unique_ptr<Operator> make_lifetime() {
  return std::make_unique<LifetimeTotals>();
}

}  // namespace rekindle::operators
