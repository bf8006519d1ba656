#include "core/rank.h"

#include <algorithm>

namespace rekindle {
namespace {

std::optional<RankValue> fraction(int64_t top, int64_t bottom) {
  if (bottom <= 0) return std::nullopt;
  return RankValue{top, bottom};
}

}  // namespace

std::optional<RankValue> rank_value(RankMetric metric, const Lifetime& lifetime) {
  if (lifetime.orders < 1) return std::nullopt;
  switch (metric) {
    case RankMetric::kRevenue: return RankValue{lifetime.revenue()};
    case RankMetric::kOrders: return RankValue{lifetime.orders};
    case RankMetric::kAov: return fraction(lifetime.revenue(), lifetime.orders);
    case RankMetric::kCouponShare: return fraction(lifetime.coupon_orders, lifetime.orders);
    case RankMetric::kRefundShare: return fraction(lifetime.refunded, lifetime.purchased);
    case RankMetric::kOrderInterval:
      return fraction((lifetime.last_order - lifetime.first_order).ms, lifetime.orders - 1);
    case RankMetric::kRecency: return RankValue{lifetime.last_order.ms};
  }
  return std::nullopt;
}

void CustomerNeeds::add(const RankCut& cut) {
  const auto place = std::lower_bound(cuts.begin(), cuts.end(), cut);
  if (place == cuts.end() || *place != cut) cuts.insert(place, cut);
}

void CustomerNeeds::add(const CustomerNeeds& others) {
  for (const RankCut& cut : others.cuts) add(cut);
  model = model || others.model;
}

bool CustomerNeeds::has(const RankCut& cut) const {
  return std::binary_search(cuts.begin(), cuts.end(), cut);
}

CustomerViews views_for(const CustomerNeeds& needs) {
  CustomerViews views = needs.model ? kModelView : 0;
  for (const RankCut& cut : needs.cuts) views |= view_of(cut.metric);
  return views;
}

}  // namespace rekindle
