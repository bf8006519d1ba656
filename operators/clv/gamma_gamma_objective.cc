#include "operators/clv/gamma_gamma_objective.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "operators/clv/gamma_function.h"

namespace rekindle::operators {

GammaGammaObjective::GammaGammaObjective(std::span<const SpendCell> cells) {
  for (const SpendCell& cell : cells) {
    x_customers += cell.weight;
    x_money += cell.weight * std::log(cell.customer.mean);
    if (cell.customer.purchases > 1) x_repeaters += cell.weight;
  }
  x_money = std::exp(x_money / x_customers);
  std::map<double, Group<Entry>> by_x;
  for (const auto& [customer, weight] : cells) {
    Group<Entry>& group = by_x[customer.purchases];
    group.weight += weight;
    const double mean = customer.mean / x_money;
    group.entries.push_back({mean, std::log(mean), weight});
  }
  x_groups = groups_of(std::move(by_x));
}

GammaGamma GammaGammaObjective::model(const Point& at) const {
  return {std::exp(at[0]), 1 + std::exp(at[1]), x_money * std::exp(at[2])};
}

double GammaGammaObjective::operator()(const Point& at, Point& gradient) const {
  const GammaGamma model{std::exp(at[0]), 1 + std::exp(at[1]), std::exp(at[2])};
  double sum = 0;
  Point slope{};
  for (const Group<Entry>& group : x_groups) sum += add_group(model, group, slope);
  const double parameters[] = {model.p, model.q - 1, model.v};
  for (size_t i = 0; i < 3; ++i) gradient[i] = -slope[i] * parameters[i] / x_customers;
  return -sum / x_customers + add_penalty(at, gradient);
}

// The log-likelihood of a group; its derivatives by the plain parameters are added to `slope`.
double GammaGammaObjective::add_group(const GammaGamma& model, const Group<Entry>& group,
                                      Point& slope) {
  const auto [p, q, v] = model;
  const double x = group.x;
  const double px = p * x;
  const double log_x = std::log(x);
  double means = 0;     // Σ weight · ln m
  double totals = 0;    // Σ weight · ln(xm + v)
  double inverses = 0;  // Σ weight / (xm + v)
  for (const auto& [mean, log_mean, weight] : group.entries) {
    means += weight * log_mean;
    totals += weight * std::log(x * mean + v);
    inverses += weight / (x * mean + v);
  }
  const double n = group.weight;
  const double all = digamma(px + q);
  slope[0] += x * (n * (all - digamma(px) + log_x) + means - totals);
  slope[1] += n * (all - digamma(q) + std::log(v)) - totals;
  slope[2] += n * q / v - (px + q) * inverses;
  return n * (log_gamma(px + q) - log_gamma(px) - log_gamma(q) + q * std::log(v) + px * log_x) +
         (px - 1) * means - (px + q) * totals;
}

}  // namespace rekindle::operators
