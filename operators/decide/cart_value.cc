#include "operators/decide/cart_value.h"

#include <algorithm>

#include "operators/decide/catalog/category_path.h"

namespace rekindle::operators {
namespace {

struct Line {
  NameHash product = kNoName;
  NameHash category = kNoName;
  int64_t price = kNoMoney;
  int64_t quantity = 1;
};

// A request's cart names products, once for each piece; the known one has prices and quantities.
std::vector<Line> lines_of(const DecideView& view) {
  std::vector<Line> lines;
  if (!view.request.cart.empty()) {
    for (const NameHash product : view.cart) lines.push_back({product});
    return lines;
  }
  for (const CartLine& line : view.visitor.cart.lines) {
    lines.push_back({line.product, line.category, line.price, line.quantity});
  }
  return lines;
}

bool is_excluded(NameHash product, NameHash category, const ProductCatalog& catalog,
                 const ThresholdConfig& threshold) {
  for (const std::string& id : threshold.not_products) {
    if (item_name_hash(id) == product) return true;
  }
  return std::any_of(threshold.not_categories.begin(), threshold.not_categories.end(),
                     [&](const std::string& name) {
                       return catalog.is_within(category, item_name_hash(category_path(name)));
                     });
}

// Half away from zero, as all money.
int64_t scaled(int64_t amount, int64_t numerator, int64_t denominator) {
  const __int128 product = static_cast<__int128>(amount) * numerator;
  const __int128 half = product < 0 ? -denominator / 2 : denominator / 2;
  return static_cast<int64_t>((product + half) / denominator);
}

}  // namespace

int64_t counted_amount(int64_t price, const ThresholdConfig& threshold) {
  if (threshold.is_net == threshold.prices_are_net) return price;
  const int64_t with_tax = 1'000 + threshold.tax_permille;
  return threshold.is_net ? scaled(price, 1'000, with_tax) : scaled(price, with_tax, 1'000);
}

bool counts(const Product& product, const ProductCatalog& catalog,
            const ThresholdConfig& threshold) {
  return !is_excluded(product.hash, product.category_hash, catalog, threshold);
}

GoalGap gap_to_goal(const DecideView& view, const ThresholdConfig& threshold) {
  GoalGap gap;
  Currency currency = view.site.currency;
  if (!threshold.currency.empty()) {
    const auto parsed = Currency::parse(threshold.currency);
    if (!parsed) return {0, 0, "the goal's currency is not known"};
    currency = *parsed;
  }
  const auto goal = parse_minor(threshold.goal, currency);
  if (!goal) return {0, 0, "the goal is not an amount of its currency"};
  const auto converted = convert(*goal, currency, view.site);
  if (!converted) return {0, 0, "the goal is in a currency that the site has no rate for"};
  gap.goal = *converted;
  int64_t sum = 0;
  for (const Line& line : lines_of(view)) {
    const Product* product = view.model.catalog->find(line.product);
    const NameHash category = product != nullptr ? product->category_hash : line.category;
    if (is_excluded(line.product, category, *view.model.catalog, threshold)) continue;
    const int64_t price = line.price != kNoMoney ? line.price
                          : product != nullptr   ? product->price
                                                 : kNoMoney;
    if (price == kNoMoney) return {gap.goal, 0, "a price in the cart is not known"};
    const __int128 amount = static_cast<__int128>(price) * line.quantity;
    sum = saturating_add(sum, static_cast<int64_t>(std::min<__int128>(amount, INT64_MAX)));
  }
  if (threshold.after_discounts && !view.request.cart_discount.empty()) {
    const auto discount = parse_minor(view.request.cart_discount, view.site.currency);
    if (!discount || *discount < 0) return {gap.goal, 0, "the cart's discount is not an amount"};
    sum = std::max<int64_t>(0, sum - *discount);
  }
  gap.counted = counted_amount(sum, threshold);
  return gap;
}

}  // namespace rekindle::operators
