// An arm that passed the guards, and what it is worth to show it.
#pragma once

#include <string>
#include <vector>

#include "operators/decide/value/beliefs.h"
#include "operators/decide/value/random.h"

namespace rekindle::operators {

// An arm's beliefs, ready to be drawn from.
struct BeliefDraws {
  explicit BeliefDraws(const Beliefs& beliefs)
      : shown(beliefs.shown.successes, beliefs.shown.failures),
        ghost(beliefs.ghost.successes, beliefs.ghost.failures) {}
  Beta shown;
  Beta ghost;
};

struct Arm {
  const OfferRule* rule = nullptr;
  uint32_t rung = 0;
  const Product* product = nullptr;
  int64_t price = 0;
  int64_t discount = 0;  // minor units
  Beliefs beliefs;
  double factor = 1;        // context × lever
  double fatigue_cost = 0;  // what showing it once more costs in patience, minor units

  // Margin of an order at full price, minor units.
  [[nodiscard]] double margin() const;
  // Expected margin that showing it causes, net of its discount, cost and fatigue, minor units: by
  // the beliefs' means, or by a draw from them. A service message stands above all marketing.
  [[nodiscard]] double gain() const;
  [[nodiscard]] double gain(const BeliefDraws& draws, Random& random) const;
  // Every factor, for people.
  [[nodiscard]] std::vector<std::string> reasons(const Currency& currency) const;

 private:
  [[nodiscard]] double gain(double shown, double ghost) const;
};

// How a decision ranks arms: indexes, best first, one of each offer, and only such as gain.
[[nodiscard]] std::vector<size_t> ranked(const std::vector<Arm>& arms,
                                         const std::vector<double>& gains);

}  // namespace rekindle::operators
