#include "operators/clv/gamma_gamma.h"

#include <algorithm>
#include <cmath>

#include "operators/clv/gamma_function.h"

namespace rekindle::operators {

bool is_valid(const GammaGamma& model) {
  return std::isfinite(model.p) && model.p > 0 && std::isfinite(model.q) && model.q > 1 &&
         std::isfinite(model.v) && model.v > 0;
}

double log_likelihood(const GammaGamma& model, const Spend& customer) {
  const auto [p, q, v] = model;
  const auto [x, m] = customer;
  const double px = p * x;
  return log_gamma(px + q) - log_gamma(px) - log_gamma(q) + q * std::log(v) +
         (px - 1) * std::log(m) + px * std::log(x) - (px + q) * std::log(x * m + v);
}

double log_likelihood(const GammaGamma& model, std::span<const SpendCell> cells) {
  double sum = 0;
  for (const SpendCell& cell : cells) sum += cell.weight * log_likelihood(model, cell.customer);
  return sum;
}

double expected_spend(const GammaGamma& model, const Spend& customer) {
  const auto [p, q, v] = model;
  const double px = p * std::max(customer.purchases, 0.0);
  const double own_share = px / (px + q - 1);
  return own_share * std::max(customer.mean, 0.0) + (1 - own_share) * p * v / (q - 1);
}

}  // namespace rekindle::operators
