#include "operators/decide/offers/pricing.h"

#include "operators/decide/value/fatigue.h"

namespace rekindle::operators {

int64_t price_of(const OfferView& view, const OfferRule& rule, const Product* product) {
  if (product != nullptr && product->price != kNoMoney) return product->price;
  if (const int64_t cart = view.visitor.cart.value(); cart > 0) return cart;
  return rule.config.worth == kNoMoney ? 0 : rule.config.worth;
}

int64_t discount_of(const OfferRule& rule, uint32_t rung, int64_t price) {
  if (rule.config.ladder.empty()) return 0;
  const OfferDiscount& discount = rule.config.ladder[rung];
  return discount.amount +
         static_cast<int64_t>(static_cast<__int128>(price) * discount.basis_points / kWholeShare);
}

double factor_of(const OfferView& view, const OfferRule& rule) {
  double factor = 1 + rule.config.weight / 100;
  for (const OfferBoostRule& boost : rule.boosts) {
    if (view.holds(boost.when)) factor *= boost.factor;
  }
  return factor;
}

double fatigue_cost_of(const OfferView& view, const OfferRule& rule) {
  const auto cost = static_cast<double>(rule.config.fatigue_cost);
  return cost > 0 && rule.is_marketing() ? cost * ignored_of(view, rule).faded : 0;
}

}  // namespace rekindle::operators
