#include "operators/decide/value/arm.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace rekindle::operators {
namespace {

constexpr double kServiceGain = 1e15;

std::string money(double minor, const Currency& currency) {
  char text[32];
  return fmt::format("{} {}", format_minor(std::llround(minor), currency, text), currency.code());
}

}  // namespace

double Arm::margin() const {
  const OfferConfig& config = rule->config;
  return beliefs.order_revenue * static_cast<double>(config.margin) / kWholeShare *
         (1 - static_cast<double>(config.returns) / kWholeShare);
}

double Arm::gain(double shown, double ghost) const {
  if (!rule->is_marketing()) return kServiceGain * factor;
  const double caused = shown * (margin() - static_cast<double>(discount)) - ghost * margin();
  return (caused - static_cast<double>(rule->config.cost)) * factor - fatigue_cost;
}

double Arm::gain() const {
  return gain(beliefs.shown.mean(), beliefs.ghost.mean());
}

double Arm::gain(const BeliefDraws& draws, Random& random) const {
  const double shown = draws.shown.draw(random);
  const double ghost = draws.ghost.draw(random);
  return gain(shown, ghost);
}

std::vector<std::string> Arm::reasons(const Currency& currency) const {
  if (!rule->is_marketing()) return {"a service message"};
  std::vector<std::string> reasons;
  const double shown = beliefs.shown.mean();
  const double ghost = beliefs.ghost.mean();
  reasons.push_back(
      fmt::format("{:.2f}% buy after it, {:.2f}% without it", 100 * shown, 100 * ghost));
  reasons.push_back("margin of an order: " + money(margin(), currency));
  if (rule->config.cost != 0) {
    reasons.push_back("cost: " + money(static_cast<double>(rule->config.cost), currency));
  }
  if (discount > 0) {
    reasons.push_back("discount: " + money(static_cast<double>(discount), currency));
    const double left = margin() - static_cast<double>(discount);
    if (left > 0) {
      reasons.push_back(
          fmt::format("it pays from a response of {:.2f}% on",
                      100 * (ghost * margin() + static_cast<double>(rule->config.cost)) / left));
    }
  }
  if (factor != 1) reasons.push_back(fmt::format("weight: × {:.3g}", factor));
  if (fatigue_cost != 0) {
    reasons.push_back("shown before without a click: − " + money(fatigue_cost, currency));
  }
  reasons.push_back("expected gain of showing it: " + money(gain(), currency));
  return reasons;
}

std::vector<size_t> ranked(const std::vector<Arm>& arms, const std::vector<double>& gains) {
  std::vector<size_t> order;
  for (size_t i = 0; i < arms.size(); ++i) {
    if (gains[i] > 0) order.push_back(i);
  }
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return gains[a] != gains[b] ? gains[a] > gains[b] : a < b; });
  std::vector<size_t> best;
  for (const size_t i : order) {
    const bool is_there = std::any_of(best.begin(), best.end(),
                                      [&](size_t j) { return arms[j].rule == arms[i].rule; });
    if (!is_there) best.push_back(i);
  }
  return best;
}

}  // namespace rekindle::operators
