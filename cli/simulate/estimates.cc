#include "cli/simulate/estimates.h"

#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace rekindle::cli {
namespace {

constexpr double k95 = 1.959963984540054;  // of the normal distribution

double weight_of(const WeighedDecision& decision) {
  return decision.target / std::max(decision.logged, kChanceMin);
}

// Σ numerator ÷ Σ denominator over decisions, its spread over visitors.
template <typename Numerator, typename Denominator>
PolicyValue ratio(std::span<const WeighedDecision> decisions, std::span<const uint32_t> visitor_of,
                  size_t visitors, Numerator numerator, Denominator denominator) {
  struct Sums {
    double numerator = 0;
    double denominator = 0;
  };
  std::vector<Sums> by_visitor(visitors);
  Sums all;
  for (size_t i = 0; i < decisions.size(); ++i) {
    const Sums one{numerator(decisions[i]), denominator(decisions[i])};
    by_visitor[visitor_of[i]].numerator += one.numerator;
    by_visitor[visitor_of[i]].denominator += one.denominator;
    all.numerator += one.numerator;
    all.denominator += one.denominator;
  }
  if (all.denominator <= 0) return {};
  const double value = all.numerator / all.denominator;
  double squares = 0;
  for (const Sums& sums : by_visitor) {
    const double off = sums.numerator - value * sums.denominator;
    squares += off * off;
  }
  const auto n = static_cast<double>(visitors);
  const double half = n > 1 ? k95 * std::sqrt(squares * n / (n - 1)) / all.denominator : INFINITY;
  return {value, value - half, value + half};
}

}  // namespace

Estimates estimate(std::span<const WeighedDecision> decisions) {
  Estimates estimates;
  estimates.decisions = decisions.size();
  if (decisions.empty()) return estimates;
  absl::flat_hash_map<uint32_t, uint32_t> numbers;
  std::vector<uint32_t> visitor_of;
  double sum = 0;
  double squares = 0;
  for (const WeighedDecision& decision : decisions) {
    const auto next = static_cast<uint32_t>(numbers.size());
    visitor_of.push_back(numbers.try_emplace(decision.visitor, next).first->second);
    const double weight = weight_of(decision);
    sum += weight;
    squares += weight * weight;
    estimates.max_weight = std::max(estimates.max_weight, weight);
    estimates.clipped += decision.logged < kChanceMin ? 1 : 0;
  }
  estimates.visitors = numbers.size();
  estimates.effective_sample = squares > 0 ? sum * sum / squares : 0;
  estimates.mean_weight = sum / static_cast<double>(decisions.size());
  const auto over = [&](auto numerator, auto denominator) {
    return ratio(decisions, visitor_of, numbers.size(), numerator, denominator);
  };
  const auto one = [](const WeighedDecision&) { return 1.0; };
  const auto doubly_robust = [](const WeighedDecision& of) {
    return of.expected_target + weight_of(of) * (of.reward - of.expected);
  };
  estimates.logged = over([](const WeighedDecision& of) { return of.reward; }, one);
  const auto weighed = [](const WeighedDecision& of) { return weight_of(of) * of.reward; };
  estimates.ips = over(weighed, one);
  estimates.snips = over(weighed, weight_of);
  estimates.dr = over(doubly_robust, one);
  estimates.difference =
      over([&](const WeighedDecision& of) { return doubly_robust(of) - of.reward; }, one);
  return estimates;
}

}  // namespace rekindle::cli
