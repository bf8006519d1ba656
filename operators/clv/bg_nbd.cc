#include "operators/clv/bg_nbd.h"

#include <algorithm>
#include <cmath>

#include "operators/clv/gamma_function.h"

namespace rekindle::operators {
namespace {

constexpr int kSeriesTermsMax = 500;
// What the series may lose to cancellation: 3 of a double's 16 digits.
constexpr double kCancellationMax = 1e3;

double log_add_exp(double a, double b) {
  const double high = std::max(a, b);
  return high + std::log1p(std::exp(std::min(a, b) - high));
}

RepeatPurchases ordered(const RepeatPurchases& customer) {
  const double age = std::max(customer.age, 0.0);
  return {std::max(customer.x, 0.0), std::clamp(customer.t_x, 0.0, age), age};
}

bool is_positive(double value) {
  return std::isfinite(value) && value > 0;
}

// The integrand of purchases_by_quadrature at u = logit p.
class Integrand {
 public:
  Integrand(const BgNbd& model, double t)
      : x_model(model),
        x_y(t / model.alpha),
        x_log_beta(log_gamma(model.a) + log_gamma(model.b) - log_gamma(model.a + model.b)) {}

  [[nodiscard]] double operator()(double u) const {
    const double small = std::exp(-std::abs(u));
    const double p = u < 0 ? small / (1 + small) : 1 / (1 + small);
    const double log_density =
        (u < 0 ? x_model.a * u : -x_model.b * u) - (x_model.a + x_model.b) * std::log1p(small);
    const double purchases = -std::expm1(-x_model.r * std::log1p(p * x_y)) / p;
    return std::exp(log_density - x_log_beta) * purchases;
  }
  // Beyond ±edge the integrand is a plain exponential, e^{au} to the left and e^{−bu} to the right.
  [[nodiscard]] double edge() const {
    return std::log(1e13 * (1 + x_model.a + x_model.b + (1 + x_model.r) * x_y));
  }

 private:
  const BgNbd& x_model;
  const double x_y;
  const double x_log_beta;
};

// Sums the integrand at start, start + step, …, and what lies beyond the last of them.
double sum_outwards(const Integrand& integrand, double start, double step, double decay) {
  double sum = 0;
  for (double u = start;; u += step) {
    const double value = integrand(u);
    sum += value;
    if (value <= sum * 1e-18) return sum;
    if (u * step > 0 && std::abs(u) > integrand.edge()) {
      return sum + value / std::expm1(decay * std::abs(step));
    }
  }
}

}  // namespace

bool is_valid(const BgNbd& model) {
  return is_positive(model.r) && is_positive(model.alpha) && is_positive(model.a) &&
         is_positive(model.b);
}

double log_likelihood(const BgNbd& model, const RepeatPurchases& customer) {
  const auto [r, alpha, a, b] = model;
  const auto [x, t_x, age] = ordered(customer);
  const double rate = log_gamma(r + x) - log_gamma(r) + r * std::log(alpha);
  const double dropout = log_gamma(a + b) + log_gamma(b + x) - log_gamma(b) - log_gamma(a + b + x);
  const double alive = -(r + x) * std::log(alpha + age);
  if (x <= 0) return rate + dropout + alive;
  const double lost = std::log(a) - std::log(b + x - 1) - (r + x) * std::log(alpha + t_x);
  return rate + dropout + log_add_exp(alive, lost);
}

double log_likelihood(const BgNbd& model, std::span<const RepeatCell> cells) {
  double sum = 0;
  for (const RepeatCell& cell : cells) sum += cell.weight * log_likelihood(model, cell.customer);
  return sum;
}

double p_alive(const BgNbd& model, const RepeatPurchases& customer) {
  const auto [x, t_x, age] = ordered(customer);
  if (x <= 0) return 1;
  const double silence = std::log1p((age - t_x) / (model.alpha + t_x));
  const double log_odds_lost =
      std::log(model.a) - std::log(model.b + x - 1) + (model.r + x) * silence;
  return 1 / (1 + std::exp(log_odds_lost));
}

// With z = t/(α+t), c = a+b−1 and Euler's transformation, the textbook's
//   c/(a−1) · [1 − (1−z)^r ₂F₁(r, b; c; z)]  =  c/(a−1) · [1 − (1−z)^{a−1} ₂F₁(c−r, a−1; c; z)].
// Taking the leading 1 out of the power series, the factor a−1 of all other terms cancels, and so
// does c:
//   −c · ((1−z)^{a−1} − 1)/(a−1)  −  (1−z)^{a−1} · Σ_{n≥1} (c−r)_n (a)_{n−1} / ((a+b)_{n−1} n!) zⁿ
// which is smooth where a = 1 and a+b = 1. Its terms shrink like n^{a−2−r} zⁿ; of a customer with x
// purchases r is r+x, so the series is short for heavy buyers however far ahead they are looked at.
double detail::purchases_by_series(const BgNbd& model, double t) {
  const auto [r, alpha, a, b] = model;
  const double z = t / (alpha + t);
  const double log_left = -std::log1p(t / alpha);  // ln(1−z)
  const double c = a + b - 1;
  const double factor = std::exp((a - 1) * log_left);
  const double leading = -c * (a == 1 ? log_left : std::expm1((a - 1) * log_left) / (a - 1));
  double term = (c - r) * z;
  double sum = 0;
  double largest = 0;
  for (int n = 1; n <= kSeriesTermsMax; ++n) {
    sum += term;
    largest = std::max(largest, std::abs(sum));
    const double ratio = z * (c - r + n) * (a + n - 1) / ((a + b + n - 1) * (n + 1));
    const double slowest = std::max(std::abs(ratio), z);
    if (slowest < 1 && std::abs(term) * slowest <= 1e-17 * std::abs(sum) * (1 - slowest)) {
      const double result = leading - factor * sum;
      const double lossless = std::max(std::abs(leading), factor * largest);
      return result > 0 && lossless <= kCancellationMax * result ? result : -1;
    }
    term *= ratio;
  }
  return -1;
}

// Given p, (1 − e^{−λpt})/p purchases are expected; over λ that is (1 − (1 + pt/α)^{−r})/p. Over p,
// in u = logit p, the integrand is smooth and falls off exponentially on both sides, where the
// trapezoidal rule converges faster than any power of its step.
double detail::purchases_by_quadrature(const BgNbd& model, double t) {
  const Integrand integrand(model, t);
  const double curvature = model.a * model.b / (model.a + model.b);
  const double step = std::min(0.25, 0.5 / std::sqrt(curvature));
  const double mode = std::log(model.a / model.b);
  return step * (sum_outwards(integrand, mode, -step, model.a) +
                 sum_outwards(integrand, mode + step, step, model.b));
}

double expected_purchases(const BgNbd& model, double t) {
  if (!(t > 0)) return 0;
  const double by_series = detail::purchases_by_series(model, t);
  return by_series >= 0 ? by_series : detail::purchases_by_quadrature(model, t);
}

// What was seen only moves the parameters: alive, the customer is a new one with r+x, α+age, b+x.
double expected_purchases(const BgNbd& model, const RepeatPurchases& customer, double t) {
  const auto [x, t_x, age] = ordered(customer);
  const BgNbd posterior{model.r + x, model.alpha + age, model.a, model.b + x};
  return p_alive(model, customer) * expected_purchases(posterior, t);
}

}  // namespace rekindle::operators
