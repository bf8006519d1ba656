// The published figures that need the data.
#include "tests/operators/clv/cdnow.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "operators/clv/clv_fit.h"
#include "operators/clv/clv_model.h"

namespace rekindle::operators {
namespace {

using samples::cdnow;
using samples::cdnow_histories;
using samples::kCalibrationEnd;
using samples::kCdnowPurchases;
using samples::kCdnowSpend;

TEST(Cdnow, IsTheDataOfThePapers) {
  RK_NEEDS_CDNOW();
  EXPECT_EQ(cdnow().repeats.size(), 2'357u);
  EXPECT_EQ(cdnow().spend.size(), 946u);
  EXPECT_EQ(cdnow().orders.size(), 6'919u);
}

TEST(Cdnow, LikelihoodsAreThePublishedOnes) {
  RK_NEEDS_CDNOW();
  EXPECT_NEAR(log_likelihood(kCdnowPurchases, cdnow().repeats), -9582.4256, 5e-5);
  EXPECT_NEAR(log_likelihood(kCdnowSpend, cdnow().spend), -4055.9247, 5e-5);
}

TEST(Cdnow, FitFindsThePublishedPurchaseModel) {
  RK_NEEDS_CDNOW();
  const auto fit = fit_bg_nbd(cdnow().repeats);
  ASSERT_TRUE(fit) << to_string(fit.error());
  EXPECT_NEAR(fit->model.r, .2426, 2.4e-4);
  EXPECT_NEAR(fit->model.alpha, 4.4136, 4.4e-3);
  EXPECT_NEAR(fit->model.a, .7929, 8e-4);
  EXPECT_NEAR(fit->model.b, 2.4259, 2.4e-3);
  EXPECT_NEAR(fit->report.log_likelihood, -9582.4256, 5e-5);
  EXPECT_EQ(fit->report.customers, 2'357);
  EXPECT_FALSE(fit->report.at_bound);
  RecordProperty("iterations", fit->report.iterations);
}

TEST(Cdnow, FitFindsThePublishedSpendModel) {
  RK_NEEDS_CDNOW();
  const auto fit = fit_gamma_gamma(cdnow().spend);
  ASSERT_TRUE(fit) << to_string(fit.error());
  EXPECT_NEAR(fit->model.p, 6.25, .01);
  EXPECT_NEAR(fit->model.q, 3.74, .01);
  EXPECT_NEAR(fit->model.v, 15.44, .02);
  EXPECT_NEAR(fit->report.log_likelihood, -4055.92, 5e-3);
  EXPECT_GT(fit->report.log_likelihood, log_likelihood(kCdnowSpend, cdnow().spend));
  EXPECT_EQ(fit->report.customers, 946);
  EXPECT_NEAR(fit->correlation, .1138, 1e-3);  // close enough to independent
}

TEST(Cdnow, CustomersAreExpectedToSpendWhatWasPublished) {
  RK_NEEDS_CDNOW();
  const double published[] = {24.66, 18.92, 35.22, 35.22, 35.22, 71.47, 18.92, 35.22, 27.29, 35.22};
  auto spender = cdnow().spend.begin();
  for (size_t i = 0; i < std::size(published); ++i) {
    const bool has_repeats = cdnow().repeats[i].customer.x > 0;
    const Spend spend = has_repeats ? (spender++)->customer : Spend{};
    EXPECT_NEAR(expected_spend(kCdnowSpend, spend), published[i], .0051) << "customer " << i + 1;
  }
}

TEST(Cdnow, HoldoutIsPredictedAsPublished) {
  RK_NEEDS_CDNOW();
  const std::vector<PurchaseHistory> before = cdnow_histories(kCalibrationEnd);
  const std::vector<PurchaseHistory> after = cdnow_histories(EventTime::never());
  double actual_sum[8] = {};
  double predicted_sum[8] = {};
  int customers[8] = {};
  double absolute = 0;
  double squared = 0;
  for (size_t i = 0; i < before.size(); ++i) {
    const RepeatPurchases& customer = cdnow().repeats[i].customer;
    const auto actual = static_cast<double>(after[i].orders - before[i].orders);
    const double predicted = expected_purchases(kCdnowPurchases, customer, 39);
    const auto row = std::min<size_t>(7, static_cast<size_t>(customer.x));
    actual_sum[row] += actual;
    predicted_sum[row] += predicted;
    ++customers[row];
    absolute += std::abs(actual - predicted);
    squared += (actual - predicted) * (actual - predicted);
  }
  const auto n = static_cast<double>(before.size());
  EXPECT_EQ(std::accumulate(actual_sum, actual_sum + 8, 0.0), 1'882);
  EXPECT_NEAR(std::accumulate(predicted_sum, predicted_sum + 8, 0.0), 1653.4, .1);
  EXPECT_NEAR(absolute / n, .7855, 1e-4);
  EXPECT_NEAR(std::sqrt(squared / n), 1.6080, 1e-4);
  const double actual[] = {.237, .697, 1.393, 1.560, 2.532, 2.947, 3.862, 6.359};
  const double predicted[] = {.225, .523, 1.044, 1.520, 2.164, 2.654, 3.504, 6.157};
  for (size_t x = 0; x < 8; ++x) {
    EXPECT_NEAR(actual_sum[x] / customers[x], actual[x], 6e-4) << x;
    EXPECT_NEAR(predicted_sum[x] / customers[x], predicted[x], 6e-4) << x;
  }
}

TEST(Cdnow, AHistogramFedWithOrdersAsTheyHappenFitsTheSameModel) {
  RK_NEEDS_CDNOW();
  ClvHistogram histogram;
  std::vector<PurchaseHistory> histories(cdnow().repeats.size());
  for (const auto& [customer, at, cents] : cdnow().orders) {
    if (at > kCalibrationEnd) continue;
    PurchaseHistory& history = histories[customer];
    histogram.remove(history);
    if (history.orders == 0) history.first_at = at;
    if (history.last_at != at) ++history.orders;
    history.last_at = at;
    history.revenue += cents;
    histogram.add(history);
  }
  ClvHistogram rebuilt;
  for (const PurchaseHistory& history : histories) rebuilt.add(history);
  EXPECT_EQ(histogram, rebuilt);
  EXPECT_EQ(histogram.repeats().level(), 0);

  const auto fit = fit_clv(histogram, kCalibrationEnd);
  ASSERT_TRUE(fit) << to_string(fit.error());
  // In days, of which the paper has 7 a week; its weeks are rounded to two decimals.
  EXPECT_NEAR(fit->purchases.model.r, kCdnowPurchases.r, 2e-3 * kCdnowPurchases.r);
  EXPECT_NEAR(fit->purchases.model.alpha / 7, kCdnowPurchases.alpha, 2e-3 * kCdnowPurchases.alpha);
  EXPECT_NEAR(fit->purchases.model.a, kCdnowPurchases.a, 2e-3 * kCdnowPurchases.a);
  EXPECT_NEAR(fit->purchases.model.b, kCdnowPurchases.b, 2e-3 * kCdnowPurchases.b);
}

TEST(Cdnow, CoarseCellsMoveTheModelLittle) {
  RK_NEEDS_CDNOW();
  ClvHistogram coarse(256);
  for (const PurchaseHistory& history : cdnow_histories(kCalibrationEnd)) coarse.add(history);
  EXPECT_LE(coarse.repeats().cells().size(), 256u);
  const auto fit = fit_bg_nbd(coarse.repeat_cells(kCalibrationEnd));
  ASSERT_TRUE(fit) << to_string(fit.error());
  const double exact = expected_purchases(kCdnowPurchases, {2, 30.43, 38.86}, 39);
  const double here = expected_purchases(fit->model, {2, 30.43 * 7, 38.86 * 7}, 39 * 7);
  std::printf("   level %d, %zu cells: r %.4f alpha %.4f a %.4f b %.4f, E[Y] %.4f (%.4f)\n",
              coarse.repeats().level(), coarse.repeats().cells().size(), fit->model.r,
              fit->model.alpha / 7, fit->model.a, fit->model.b, here, exact);
  EXPECT_NEAR(here / exact, 1, .02);
}

}  // namespace
}  // namespace rekindle::operators
