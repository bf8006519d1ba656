// Customers drawn from the models themselves: a gamma-distributed rate and order value, a
// beta-distributed chance to be lost at each repeat purchase. Seeded.
#pragma once

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "operators/clv/bg_nbd.h"
#include "operators/clv/gamma_gamma.h"
#include "operators/clv/purchase_history.h"

namespace rekindle::operators::samples {

// A customer as the models see one, nothing rounded; days and cents.
inline RepeatCell repeat_cell(const PurchaseHistory& history, EventTime now) {
  const auto days_of = [](Duration duration) {
    return static_cast<double>(duration.ms) / 86'400'000;
  };
  return {{static_cast<double>(history.orders - 1), days_of(history.last_at - history.first_at),
           days_of(now - history.first_at)},
          1};
}
inline SpendCell spend_cell(const PurchaseHistory& history) {
  const auto orders = static_cast<double>(history.orders);
  return {{orders, static_cast<double>(history.revenue) / orders}, 1};
}

class RandomCustomers {
 public:
  explicit RandomCustomers(uint64_t seed) : x_dice(seed) {}

  [[nodiscard]] BgNbd purchase_model() const { return {.8, 60, .9, 3}; }  // days
  [[nodiscard]] GammaGamma spend_model() const { return {5, 4, 3'000}; }  // cents

  // A customer of up to three years.
  PurchaseHistory history(EventTime now) {
    const BgNbd model = purchase_model();
    const double age = uniform(0, 1'095);
    const double rate = gamma(model.r) / model.alpha;
    const double loss = beta(model.a, model.b);
    const double spend_rate = gamma(spend_model().q) / spend_model().v;
    PurchaseHistory drawn;
    double last = 0;
    double revenue = gamma(spend_model().p) / spend_rate;
    for (drawn.orders = 1; drawn.orders < 2'000; ++drawn.orders) {
      const double next = last - std::log(uniform(1e-300, 1)) / rate;
      if (next > age) break;
      last = next;
      revenue += gamma(spend_model().p) / spend_rate;
      if (uniform(0, 1) < loss) {
        ++drawn.orders;
        break;
      }
    }
    drawn.first_at = EventTime{now.ms - static_cast<int64_t>(age * 86'400'000)};
    drawn.last_at = drawn.first_at + Duration{static_cast<int64_t>(last * 86'400'000)};
    drawn.revenue = std::llround(revenue);
    return drawn;
  }

  std::vector<RepeatCell> repeats(int count) {
    const EventTime now{1'700'000'000'000};
    std::vector<RepeatCell> cells;
    for (int i = 0; i < count; ++i) cells.push_back(repeat_cell(history(now), now));
    return cells;
  }
  std::vector<SpendCell> spend(int count) {
    std::vector<SpendCell> cells;
    for (int i = 0; i < count; ++i) cells.push_back(spend_cell(history({1'700'000'000'000})));
    return cells;
  }

  double uniform(double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(x_dice);
  }

 private:
  double gamma(double shape) { return std::gamma_distribution<double>(shape, 1)(x_dice); }
  double beta(double a, double b) {
    const double left = gamma(a);
    return left / (left + gamma(b));
  }

  std::mt19937_64 x_dice;
};

}  // namespace rekindle::operators::samples
