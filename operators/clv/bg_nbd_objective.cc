#include "operators/clv/bg_nbd_objective.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "operators/clv/gamma_function.h"

namespace rekindle::operators {

BgNbdObjective::BgNbdObjective(std::span<const RepeatCell> cells) {
  for (const RepeatCell& cell : cells) {
    x_customers += cell.weight;
    x_time += cell.weight * cell.customer.age;
    if (cell.customer.x > 0) x_repeaters += cell.weight;
  }
  x_time /= x_customers;
  std::map<double, Group<Entry>> by_x;
  for (const auto& [customer, weight] : cells) {
    Group<Entry>& group = by_x[customer.x];
    group.weight += weight;
    const double t_x = std::min(customer.t_x, customer.age);
    group.entries.push_back({t_x / x_time, customer.age / x_time, weight});
  }
  x_groups = groups_of(std::move(by_x));
}

BgNbd BgNbdObjective::model(const Point& at) const {
  return {std::exp(at[0]), x_time * std::exp(at[1]), std::exp(at[2]), std::exp(at[3])};
}

double BgNbdObjective::operator()(const Point& at, Point& gradient) const {
  const BgNbd model{std::exp(at[0]), std::exp(at[1]), std::exp(at[2]), std::exp(at[3])};
  double sum = 0;
  Point slope{};
  for (const Group<Entry>& group : x_groups) sum += add_group(model, group, slope);
  const double parameters[] = {model.r, model.alpha, model.a, model.b};
  for (size_t i = 0; i < 4; ++i) gradient[i] = -slope[i] * parameters[i] / x_customers;
  return -sum / x_customers + add_penalty(at, gradient);
}

// The log-likelihood of a group; its derivatives by the plain parameters are added to `slope`.
double BgNbdObjective::add_group(const BgNbd& model, const Group<Entry>& group, Point& slope) {
  const auto [r, alpha, a, b] = model;
  const double x = group.x;
  const double shared = log_gamma(r + x) - log_gamma(r) + r * std::log(alpha) + log_gamma(a + b) -
                        log_gamma(a + b + x) + log_gamma(b + x) - log_gamma(b);
  const double log_dropout = x > 0 ? std::log(a / (b + x - 1)) : 0;
  double sum = 0;
  double logs = 0;      // Σ weight · E[ln(α + end of activity)]
  double inverses = 0;  // … of 1/(α + end)
  double lost = 0;      // Σ weight · share of "lost after the last purchase"
  for (const auto& [t_x, age, weight] : group.entries) {
    const double log_age = std::log(alpha + age);
    double log_last = log_age;
    double share = 0;
    double log_mixture = 0;
    if (x > 0) {
      log_last = std::log(alpha + t_x);
      const double ratio = log_dropout + (r + x) * (log_age - log_last);  // ln(lost : alive)
      const double small = std::exp(-std::abs(ratio));
      share = (ratio > 0 ? 1 : small) / (1 + small);
      log_mixture = std::max(ratio, 0.0) + std::log1p(small);
    }
    sum += weight * (log_mixture - (r + x) * log_age);
    logs += weight * (log_age + share * (log_last - log_age));
    inverses += weight * ((1 - share) / (alpha + age) + share / (alpha + t_x));
    lost += weight * share;
  }
  const double n = group.weight;
  const double both = digamma(a + b) - digamma(a + b + x);
  slope[0] += n * (digamma(r + x) - digamma(r) + std::log(alpha)) - logs;
  slope[1] += n * r / alpha - (r + x) * inverses;
  slope[2] += n * both + lost / a;
  slope[3] += n * (both + digamma(b + x) - digamma(b)) - (x > 0 ? lost / (b + x - 1) : 0);
  return n * shared + sum;
}

}  // namespace rekindle::operators
