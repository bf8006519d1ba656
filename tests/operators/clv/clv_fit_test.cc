#include "operators/clv/clv_fit.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "core/limits.h"
#include "operators/clv/bfgs.h"
#include "operators/clv/bg_nbd_objective.h"
#include "operators/clv/gamma_gamma_objective.h"
#include "tests/operators/clv/random_customers.h"

namespace rekindle::operators {
namespace {

using samples::RandomCustomers;
using samples::repeat_cell;
using samples::spend_cell;

// The gradient against differences of the value.
template <size_t N, typename Objective>
void expect_gradient(const Objective& objective, const std::array<double, N>& at,
                     double tolerance) {
  std::array<double, N> gradient{};
  static_cast<void>(objective(at, gradient));
  for (size_t i = 0; i < N; ++i) {
    std::array<double, N> unused{};
    auto before = at;
    auto after = at;
    before[i] -= 1e-5;
    after[i] += 1e-5;
    const double slope = (objective(after, unused) - objective(before, unused)) / 2e-5;
    EXPECT_NEAR(gradient[i], slope, tolerance) << "parameter " << i;
  }
}

double purchases_of(const std::vector<RepeatCell>& cells) {
  double sum = 0;
  for (const auto& [customer, weight] : cells) sum += weight * customer.x;
  return sum;
}

TEST(Bfgs, FindsTheBottomOfACurvedValley) {
  const auto rosenbrock = [](const std::array<double, 2>& at, std::array<double, 2>& gradient) {
    const double across = at[1] - at[0] * at[0];
    gradient = {-2 * (1 - at[0]) - 400 * at[0] * across, 200 * across};
    return (1 - at[0]) * (1 - at[0]) + 100 * across * across;
  };
  const Minimum<2> found = Bfgs<2>({}).minimize(rosenbrock, {-1.2, 1});
  EXPECT_TRUE(found.converged);
  EXPECT_NEAR(found.at[0], 1, 1e-7);
  EXPECT_NEAR(found.at[1], 1, 1e-7);
  EXPECT_LT(found.iterations, 60);
}

TEST(Bfgs, SaysWhenThereIsNoBottom) {
  const auto slide = [](const std::array<double, 1>& at, std::array<double, 1>& gradient) {
    gradient = {-1};
    return -at[0];
  };
  const Minimum<1> found = Bfgs<1>({}).minimize(slide, {0});
  EXPECT_FALSE(found.converged);
  EXPECT_EQ(found.iterations, BfgsLimits{}.iterations_max);
  const auto cliff = [](const std::array<double, 1>& at, std::array<double, 1>& gradient) {
    gradient = {1};
    return at[0] < 0 ? std::nan("") : at[0];
  };
  EXPECT_FALSE(Bfgs<1>({}).minimize(cliff, {0}).converged);
}

TEST(ClvFit, ObjectivesAreTheLikelihoodsAndTheirGradients) {
  RandomCustomers customers(3);
  const std::vector<RepeatCell> repeats = customers.repeats(300);
  const BgNbdObjective purchases(repeats);
  const BgNbdObjective::Point at{-1, -2, -.3, .9};
  expect_gradient(purchases, at, 1e-8);
  expect_gradient(purchases, BgNbdObjective::Point{1, .5, 1, -.5}, 1e-7);
  // Out of range, where the value has lost five digits and the difference ten.
  expect_gradient(purchases, BgNbdObjective::Point{-11, 0, 9.5, 9.8}, 1e-5);
  BgNbdObjective::Point gradient{};
  EXPECT_NEAR(purchases(at, gradient),
              -log_likelihood(purchases.model(at), repeats) / 300 +
                  // Time in other units moves the density, not its shape.
                  -std::log(purchases.time()) * purchases_of(repeats) / 300,
              1e-9);
  const std::vector<SpendCell> cells = customers.spend(300);
  const GammaGammaObjective spend(cells);
  expect_gradient(spend, GammaGammaObjective::Point{1, 1, .2}, 1e-8);
  expect_gradient(spend, GammaGammaObjective::Point{-1, -2, 3}, 1e-7);
}

TEST(ClvFit, FindsTheModelThatMadeTheCustomers) {
  RandomCustomers customers(4);
  const auto purchases = fit_bg_nbd(customers.repeats(60'000));
  ASSERT_TRUE(purchases) << to_string(purchases.error());
  const BgNbd made = customers.purchase_model();
  EXPECT_NEAR(purchases->model.r / made.r, 1, .03);
  EXPECT_NEAR(purchases->model.alpha / made.alpha, 1, .04);
  EXPECT_NEAR(purchases->model.a / made.a, 1, .08);
  EXPECT_NEAR(purchases->model.b / made.b, 1, .1);
  const auto spend = fit_gamma_gamma(customers.spend(60'000));
  ASSERT_TRUE(spend) << to_string(spend.error());
  const GammaGamma made_spend = customers.spend_model();
  EXPECT_NEAR(spend->model.p / made_spend.p, 1, .05);
  EXPECT_NEAR(spend->model.q / made_spend.q, 1, .05);
  EXPECT_NEAR(spend->model.v / made_spend.v, 1, .1);
  EXPECT_NEAR(spend->correlation, 0, .02);
}

TEST(ClvFit, UnitsDoNotMatter) {
  RandomCustomers customers(5);
  std::vector<RepeatCell> cells = customers.repeats(3'000);
  const auto days = fit_bg_nbd(cells);
  for (RepeatCell& cell : cells) {
    cell.customer.t_x *= 86'400'000;
    cell.customer.age *= 86'400'000;
  }
  const auto milliseconds = fit_bg_nbd(cells);
  ASSERT_TRUE(days && milliseconds);
  EXPECT_NEAR(milliseconds->model.alpha / days->model.alpha / 86'400'000, 1, 1e-6);
  EXPECT_NEAR(milliseconds->model.b / days->model.b, 1, 1e-6);
}

TEST(ClvFit, SameCellsSameBits) {
  RandomCustomers customers(6);
  const std::vector<RepeatCell> repeats = customers.repeats(2'000);
  const std::vector<SpendCell> spend = customers.spend(2'000);
  const auto first = fit_bg_nbd(repeats);
  const auto first_spend = fit_gamma_gamma(spend);
  ASSERT_TRUE(first && first_spend);
  EXPECT_EQ(first->model, fit_bg_nbd(repeats)->model);
  EXPECT_EQ(first_spend->model, fit_gamma_gamma(spend)->model);
}

TEST(ClvFit, AWeightIsAsGoodAsRepetition) {
  RandomCustomers customers(7);
  std::vector<RepeatCell> cells = customers.repeats(1'000);
  std::vector<RepeatCell> twice = cells;
  twice.insert(twice.end(), cells.begin(), cells.end());
  for (RepeatCell& cell : cells) cell.weight = 2;
  const auto weighted = fit_bg_nbd(cells);
  const auto repeated = fit_bg_nbd(twice);
  ASSERT_TRUE(weighted && repeated);
  EXPECT_NEAR(weighted->model.r, repeated->model.r, 1e-6);
  EXPECT_NEAR(weighted->model.b, repeated->model.b, 1e-5);
  EXPECT_NEAR(weighted->report.log_likelihood, repeated->report.log_likelihood, 1e-6);
}

TEST(ClvFit, AHistogramOfManyIsAsGoodAsItsCustomers) {
  RandomCustomers customers(8);
  ClvHistogram fine;
  ClvHistogram medium(16'000);
  ClvHistogram coarse(4'000);
  std::vector<RepeatCell> exact;
  std::vector<SpendCell> exact_spend;
  const EventTime now{1'700'000'000'000};
  for (int i = 0; i < 60'000; ++i) {
    const PurchaseHistory history = customers.history(now);
    for (ClvHistogram* const histogram : {&fine, &medium, &coarse}) histogram->add(history);
    exact.push_back(repeat_cell(history, now));
    exact_spend.push_back(spend_cell(history));
  }
  const auto by_customer = fit_bg_nbd(exact);
  const auto by_spender = fit_gamma_gamma(exact_spend);
  ASSERT_TRUE(by_customer && by_spender);
  EXPECT_EQ(fine.repeats().level(), 0);
  const struct {
    const ClvHistogram& histogram;
    double tolerance;
  } cases[] = {{fine, 5e-3}, {medium, .03}, {coarse, .12}};
  for (const auto& [histogram, tolerance] : cases) {
    const auto fit = fit_clv(histogram, now);
    ASSERT_TRUE(fit) << to_string(fit.error());
    const double off[] = {fit->purchases.model.r / by_customer->model.r - 1,
                          fit->purchases.model.alpha / by_customer->model.alpha - 1,
                          fit->purchases.model.a / by_customer->model.a - 1,
                          fit->purchases.model.b / by_customer->model.b - 1};
    const double off_spend[] = {fit->spend.model.p / by_spender->model.p - 1,
                                fit->spend.model.q / by_spender->model.q - 1,
                                fit->spend.model.v / by_spender->model.v - 1};
    std::printf(
        "   level %d, %zu + %zu cells: r %+.5f alpha %+.5f a %+.5f b %+.5f, "
        "p %+.5f q %+.5f v %+.5f\n",
        histogram.repeats().level(), histogram.repeats().cells().size(),
        histogram.spend().cells().size(), off[0], off[1], off[2], off[3], off_spend[0],
        off_spend[1], off_spend[2]);
    for (const double one : off) EXPECT_NEAR(one, 0, tolerance);
    // What the parameters are for moves much less than they do.
    for (const RepeatPurchases& customer :
         {RepeatPurchases{0, 0, 30}, {1, 40, 200}, {6, 400, 500}}) {
      const double orders = expected_purchases(fit->purchases.model, customer, 365);
      const double exact_orders = expected_purchases(by_customer->model, customer, 365);
      std::printf("      E[Y] %.4f instead of %.4f\n", orders, exact_orders);
      EXPECT_NEAR(orders / exact_orders, 1, tolerance / 3);
    }
    for (const double one : off_spend) EXPECT_NEAR(one, 0, tolerance);
  }
}

TEST(ClvFit, TooLittleDataIsSaid) {
  RandomCustomers customers(9);
  EXPECT_EQ(fit_bg_nbd({}).error().code, ErrorCode::kTooLittleData);
  EXPECT_EQ(fit_gamma_gamma({}).error().code, ErrorCode::kTooLittleData);
  EXPECT_EQ(fit_clv(ClvHistogram{}, {}).error().code, ErrorCode::kTooLittleData);
  EXPECT_EQ(fit_bg_nbd(customers.repeats(99)).error().code, ErrorCode::kTooLittleData);
  const std::vector<RepeatCell> once{{{0, 0, 300}, 5'000}, {{1, 20, 300}, 19}};
  EXPECT_EQ(fit_bg_nbd(once).error().code, ErrorCode::kTooLittleData);
  const std::vector<RepeatCell> today{{{0, 0, 0}, 5'000}, {{1, 0, 0}, 500}};
  EXPECT_EQ(fit_bg_nbd(today).error().code, ErrorCode::kTooLittleData);
  const std::vector<SpendCell> single{{{1, 30}, 5'000}};
  EXPECT_EQ(fit_gamma_gamma(single).error().code, ErrorCode::kTooLittleData);
}

TEST(ClvFit, CellsThatCannotBeAreRefused) {
  RandomCustomers customers(10);
  for (const double wrong : {-1.0, std::nan(""), double{INFINITY}}) {
    for (int field = 0; field < 4; ++field) {
      std::vector<RepeatCell> cells = customers.repeats(200);
      auto& [customer, weight] = cells[77];
      (field == 0   ? customer.x
       : field == 1 ? customer.t_x
       : field == 2 ? customer.age
                    : weight) = wrong;
      EXPECT_EQ(fit_bg_nbd(cells).error().code, ErrorCode::kInvalidArgument) << field;
    }
    std::vector<SpendCell> spend = customers.spend(200);
    spend[77].customer.mean = wrong;
    EXPECT_EQ(fit_gamma_gamma(spend).error().code, ErrorCode::kInvalidArgument);
  }
}

TEST(ClvFit, AShopWithoutLossOrWithOnePriceHasAModelAtItsBound) {
  std::vector<RepeatCell> faithful;  // about every 30 days, never missing one
  for (int x = 1; x <= 30; ++x) faithful.push_back({{1.0 * x, 30.0 * x, 30.0 * x + 9}, 20});
  const auto purchases = fit_bg_nbd(faithful);
  ASSERT_TRUE(purchases) << to_string(purchases.error());
  EXPECT_TRUE(purchases->report.at_bound);
  EXPECT_GT(p_alive(purchases->model, {10, 300, 320}), .99);
  EXPECT_NEAR(expected_purchases(purchases->model, {10, 300, 300}, 300), 10, .5);

  std::vector<SpendCell> one_price;
  for (int x = 1; x <= 10; ++x) one_price.push_back({{1.0 * x, 1'999}, 50});
  const auto spend = fit_gamma_gamma(one_price);
  ASSERT_TRUE(spend) << to_string(spend.error());
  EXPECT_TRUE(spend->report.at_bound);
  EXPECT_NEAR(expected_spend(spend->model, {3, 1'999}), 1'999, 2);
}

TEST(ClvFit, SpendWithoutAFiniteMeanIsRefusedInsteadOfTurningNegative) {
  // Means spread like Pareto with exponent 0.3: q would be below 1.
  std::vector<SpendCell> cells;
  for (int i = 0; i < 400; ++i) {
    const double mean = std::pow((i + .5) / 400, -1 / .3);
    cells.push_back({{2.0 + i % 3, mean}, 5});
  }
  EXPECT_EQ(fit_gamma_gamma(cells).error().code, ErrorCode::kNotConverged);
}

}  // namespace
}  // namespace rekindle::operators
