// Customer lifetime value: fitting both models to a full histogram, keeping the histogram, and
// scoring one customer.
#include <benchmark/benchmark.h>

#include <cmath>
#include <vector>

#include "core/limits.h"
#include "operators/clv/clv_fit.h"
#include "operators/clv/clv_model.h"

namespace rekindle::operators {
namespace {

constexpr EventTime kNow{1'700'000'000'000};

// Shoppers of three years: most buy once, some often; what they spend has nothing to do with that.
class Shoppers {
 public:
  PurchaseHistory next() {
    const double age = 1'095 * uniform();
    const double pace = -std::log(uniform()) * .02;  // orders a day
    const double active = age * std::sqrt(uniform());
    PurchaseHistory history;
    history.orders = 1 + static_cast<int64_t>(active * pace);
    history.first_at = EventTime{kNow.ms - static_cast<int64_t>(age * 86'400'000)};
    history.last_at = history.first_at;
    if (history.orders > 1) {
      history.last_at = history.last_at + Duration{static_cast<int64_t>(active * 86'400'000)};
    }
    const double mean = 2'000 * std::exp(uniform() + uniform() - uniform() - uniform());
    history.revenue = std::llround(mean * static_cast<double>(history.orders));
    return history;
  }

 private:
  double uniform() {  // never 0
    x_random = x_random * 6'364'136'223'846'793'005u + 1'442'695'040'888'963'407u;
    return (static_cast<double>(x_random >> 11) + .5) / 9'007'199'254'740'992.0;
  }
  uint64_t x_random = 1;
};

// As many different cells as a fit may get.
std::vector<RepeatCell> full_cells() {
  Shoppers shoppers;
  std::vector<RepeatCell> cells;
  while (cells.size() < limits::kClvCellsMax) {
    const PurchaseHistory history = shoppers.next();
    const auto days_of = [](Duration duration) {
      return static_cast<double>(duration.ms) / 86'400'000;
    };
    cells.push_back(
        {{static_cast<double>(history.orders - 1), days_of(history.last_at - history.first_at),
          days_of(kNow - history.first_at)},
         1});
  }
  return cells;
}
std::vector<SpendCell> full_spend() {
  Shoppers shoppers;
  std::vector<SpendCell> cells;
  while (cells.size() < limits::kClvCellsMax) {
    const PurchaseHistory history = shoppers.next();
    const auto orders = static_cast<double>(history.orders);
    cells.push_back({{orders, static_cast<double>(history.revenue) / orders}, 1});
  }
  return cells;
}

void refit_purchases(benchmark::State& state) {
  const std::vector<RepeatCell> cells = full_cells();
  int iterations = 0;
  for (auto _ : state) {
    const auto fit = fit_bg_nbd(cells);
    if (!fit) return state.SkipWithError(to_string(fit.error()).c_str());
    iterations = fit->report.iterations;
  }
  state.counters["cells"] = static_cast<double>(cells.size());
  state.counters["iterations"] = iterations;
}
BENCHMARK(refit_purchases)->Unit(benchmark::kMillisecond);

void refit_spend(benchmark::State& state) {
  const std::vector<SpendCell> cells = full_spend();
  int iterations = 0;
  for (auto _ : state) {
    const auto fit = fit_gamma_gamma(cells);
    if (!fit) return state.SkipWithError(to_string(fit.error()).c_str());
    iterations = fit->report.iterations;
  }
  state.counters["cells"] = static_cast<double>(cells.size());
  state.counters["iterations"] = iterations;
}
BENCHMARK(refit_spend)->Unit(benchmark::kMillisecond);

// Both models of a shop of a million customers, from its histogram.
void refit_shop(benchmark::State& state) {
  Shoppers shoppers;
  ClvHistogram histogram;
  for (int i = 0; i < 1'000'000; ++i) histogram.add(shoppers.next());
  for (auto _ : state) {
    const auto fit = fit_clv(histogram, kNow);
    if (!fit) return state.SkipWithError(to_string(fit.error()).c_str());
  }
  state.counters["cells"] = static_cast<double>(histogram.repeats().cells().size());
  state.counters["spend_cells"] = static_cast<double>(histogram.spend().cells().size());
  state.counters["level"] = histogram.repeats().level();
}
BENCHMARK(refit_shop)->Unit(benchmark::kMillisecond);

// One order: the old history goes, the new one comes.
void move_a_customer(benchmark::State& state) {
  Shoppers shoppers;
  ClvHistogram histogram;
  std::vector<PurchaseHistory> histories;
  for (int i = 0; i < 100'000; ++i) {
    histories.push_back(shoppers.next());
    histogram.add(histories.back());
  }
  size_t i = 0;
  for (auto _ : state) {
    PurchaseHistory& history = histories[i++ % histories.size()];
    histogram.remove(history);
    ++history.orders;
    history.last_at = kNow;
    history.revenue += 2'000;
    histogram.add(history);
  }
}
BENCHMARK(move_a_customer);

ClvModel model(double yearly_discount) {
  ClvParameters parameters;
  parameters.purchases = {.2425945, 30.895, .7929199, 2.4258881};
  parameters.spend = {6.25, 3.74, 1'544};
  parameters.margin_share = .3;
  parameters.yearly_discount = yearly_discount;
  return *ClvModel::make(parameters);
}

// The argument is the number of orders of a customer of 272 days.
PurchaseHistory customer(int64_t orders) {
  const EventTime first = kNow - days(272);
  return {orders, first, orders == 1 ? first : first + days(213), 2'235 * orders};
}

void score_p_alive(benchmark::State& state) {
  const ClvModel scored = model(.1);
  PurchaseHistory history = customer(state.range(0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(history);
    benchmark::DoNotOptimize(scored.p_alive(history, kNow));
  }
}
BENCHMARK(score_p_alive)->Arg(3);

void score_clv_undiscounted(benchmark::State& state) {
  const ClvModel scored = model(0);
  PurchaseHistory history = customer(state.range(0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(history);
    benchmark::DoNotOptimize(scored.clv(history, kNow, days(365)));
  }
}
BENCHMARK(score_clv_undiscounted)->Arg(1)->Arg(3)->Arg(30);

void score_clv_in_twelve_months(benchmark::State& state) {
  const ClvModel scored = model(.1);
  PurchaseHistory history = customer(state.range(0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(history);
    benchmark::DoNotOptimize(scored.clv(history, kNow, days(365)));
  }
}
BENCHMARK(score_clv_in_twelve_months)->Arg(1)->Arg(3)->Arg(30);

void deadline_of_p_alive(benchmark::State& state) {
  const ClvModel scored = model(.1);
  PurchaseHistory history = customer(state.range(0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(history);
    benchmark::DoNotOptimize(scored.time_when_p_alive_below(history, .5, kNow));
  }
}
BENCHMARK(deadline_of_p_alive)->Arg(3);

void deadline_of_clv(benchmark::State& state) {
  const ClvModel scored = model(.1);
  PurchaseHistory history = customer(state.range(0));
  const int64_t half = scored.clv(history, kNow, days(365)) / 2;
  for (auto _ : state) {
    benchmark::DoNotOptimize(history);
    benchmark::DoNotOptimize(scored.time_when_clv_below(history, days(365), half, kNow));
  }
}
BENCHMARK(deadline_of_clv)->Arg(1)->Arg(3)->Arg(30);

}  // namespace
}  // namespace rekindle::operators

BENCHMARK_MAIN();
