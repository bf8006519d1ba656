#include "operators/clv/bg_nbd.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "operators/clv/gamma_function.h"
#include "tests/operators/clv/cdnow.h"

namespace rekindle::operators {
namespace {

using samples::kCdnowPurchases;

double relative(double actual, double expected) {
  return std::abs(actual / expected - 1);
}

// ₂F₁ by its defining series, nothing transformed.
double plain_2f1(double a, double b, double c, double z) {
  double term = 1;
  double sum = 1;
  for (int n = 0; n < 100'000 && std::abs(term) > 1e-18 * std::abs(sum); ++n) {
    term *= (a + n) * (b + n) / ((c + n) * (n + 1)) * z;
    sum += term;
  }
  return sum;
}
// E[X(t)] as the paper writes it.
double plain_expected(const BgNbd& model, double t) {
  const auto [r, alpha, a, b] = model;
  const double z = t / (alpha + t);
  return (a + b - 1) / (a - 1) * (1 - std::pow(1 - z, r) * plain_2f1(r, b, a + b - 1, z));
}

TEST(GammaFunction, IsAsPreciseAsADouble) {
  // Reference values computed with 60 digits.
  const double points[][3] = {{1e-8, 18.420680738180209, -100000000.57721565},
                              {0.1, 2.252712651734206, -10.423754940411077},
                              {0.5, 0.57236494292470009, -1.9635100260214235},
                              {1, 0.0, -0.57721566490153286},
                              {1.5, -0.12078223763524522, 0.036489973978576521},
                              {2, 0.0, 0.42278433509846714},
                              {3.7, 1.4280723266653879, 1.1671535393615114},
                              {10, 12.80182748008147, 2.2517525890667211},
                              {1'000, 5905.2204232091812, 6.9072551956488121},
                              {1e9, 19723265827.503717, 20.723265836446411}};
  for (const auto& [x, log_gamma_x, digamma_x] : points) {
    EXPECT_NEAR(log_gamma(x), log_gamma_x, 4e-15 * std::max(1.0, std::abs(log_gamma_x))) << x;
    EXPECT_NEAR(digamma(x), digamma_x, 4e-15 * std::max(1.0, std::abs(digamma_x))) << x;
  }
}

TEST(BgNbd, ExpectsOfANewCustomerWhatWasPublished) {
  const double published[][2] = {{.1429, .0078}, {1, .0532},  {3, .1506}, {31.8571, 1.0405},
                                 {32, 1.0437},   {39, 1.195}, {78, 1.858}};
  for (const auto& [weeks, purchases] : published) {
    EXPECT_NEAR(expected_purchases(kCdnowPurchases, weeks), purchases, 5.1e-4) << weeks;
  }
  EXPECT_NEAR(expected_purchases(kCdnowPurchases, .1429), .0078, 5e-5);
  EXPECT_NEAR(expected_purchases(kCdnowPurchases, 31.8571), 1.0405, 5e-5);
  EXPECT_NEAR(expected_purchases(kCdnowPurchases, 32), 1.0437, 5e-5);
}

TEST(BgNbd, ExpectsOfAKnownCustomerWhatWasPublished) {
  const RepeatPurchases customer{2, 30.43, 38.86};
  EXPECT_NEAR(expected_purchases(kCdnowPurchases, customer, 39), 1.2259, 5e-5);
  EXPECT_NEAR(p_alive(kCdnowPurchases, customer), .72661, 5e-6);
}

TEST(BgNbd, ExpectsWhatAReferenceOf60DigitsDoes) {
  struct Case {
    BgNbd model;
    double t;
    double purchases;
  };
  const Case cases[] = {
      {kCdnowPurchases, 5'200, 12.136222175494198},
      {{0.2425945, 4.4136019, 1, 2.4258881}, 39, 1.0827039560415574},
      {{0.2425945, 4.4136019, 1.000000001, 2.4258881}, 39, 1.0827039555671272},
      {{0.2425945, 4.4136019, 0.3, 0.7}, 39, 1.2763549424207576},
      {{0.2425945, 0.01, 0.7929199, 2.4258881}, 520, 36.904434550549607},
      {{0.0012, 300, 25, 80}, 700, 0.0022294201189834285},
      {{900, 2, 0.05, 400}, 5, 2116.6746499271734},
      {{1000.25, 504.4, 0.7929199, 1002.4}, 520, 763.63433869758516},
      {{100000.25, 504.4, 0.7929199, 100002.4}, 520, 76310.900674435226},
      {kCdnowPurchases, 1e-9, 5.4965197470933568e-11},
      {{3, 7, 200, 0.04}, 1e4, 1.0002010046825677},
  };
  for (const auto& [model, t, purchases] : cases) {
    EXPECT_LT(relative(expected_purchases(model, t), purchases), 1e-12)
        << model.r << ' ' << model.alpha << ' ' << model.a << ' ' << model.b << ' ' << t;
  }
}

TEST(BgNbd, IsThePapersFormulaWhereThatConverges) {
  std::mt19937_64 dice(7);
  const auto between = [&](double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(dice);
  };
  for (int i = 0; i < 2'000; ++i) {
    BgNbd model{between(.05, 9), between(1, 90), between(.1, 4), between(.2, 9)};
    if (std::abs(model.a - 1) < .05 || std::abs(model.a + model.b - 1) < .05) continue;
    const double t = between(.1, 4) * model.alpha;
    const double expected = plain_expected(model, t);
    EXPECT_LT(relative(expected_purchases(model, t), expected), 1e-9) << i;
  }
}

TEST(BgNbd, SeriesAndQuadratureAgreeWhereverBothAnswer) {
  std::mt19937_64 dice(8);
  const auto any = [&](double low, double high) {
    return std::exp(std::uniform_real_distribution<double>(std::log(low), std::log(high))(dice));
  };
  int both = 0;
  for (int i = 0; i < 5'000; ++i) {
    const BgNbd model{any(1e-3, 1e3), any(1e-2, 1e4), any(1e-3, 1e3), any(1e-3, 1e3)};
    const double t = any(1e-4, 1e4);
    const double by_quadrature = detail::purchases_by_quadrature(model, t);
    const double by_series = detail::purchases_by_series(model, t);
    ASSERT_TRUE(std::isfinite(by_quadrature) && by_quadrature > 0) << i;
    if (by_series < 0) continue;
    ++both;
    ASSERT_LT(relative(by_series, by_quadrature), 1e-10) << i;
  }
  EXPECT_GT(both, 1'000);
}

TEST(BgNbd, NothingHappensWhereTheTextbookDividesByZero) {
  BgNbd model = kCdnowPurchases;
  model.a = 1;
  const BgNbd posterior{model.r + 3, model.alpha + 25, 1, model.b + 3};
  const double at_one =
      p_alive(model, {3, 20, 25}) * detail::purchases_by_quadrature(posterior, 39);
  double before = INFINITY;  // more loss, fewer purchases: no jump and no hole around a = 1
  for (const double off : {-1e-3, -1e-6, -1e-7, -1e-12, 0.0, 1e-12, 1e-7, 1e-6, 1e-3}) {
    model.a = 1 + off;
    const double here = expected_purchases(model, {3, 20, 25}, 39);
    EXPECT_LE(here, before * (1 + 1e-13)) << off;
    EXPECT_NEAR(here, at_one, 2e-3) << off;
    before = here;
  }
  model.a = 0.4;
  model.b = 0.6;  // a + b = 1
  EXPECT_TRUE(std::isfinite(expected_purchases(model, 39)));
  EXPECT_LT(relative(expected_purchases(model, 39),
                     expected_purchases({model.r, model.alpha, .4, .6 + 1e-13}, 39)),
            1e-11);
}

TEST(BgNbd, EdgesOfHistoryHaveTheirPlainMeaning) {
  const BgNbd& model = kCdnowPurchases;
  EXPECT_EQ(p_alive(model, {0, 0, 0}), 1);
  EXPECT_EQ(p_alive(model, {0, 0, 1e6}), 1);
  EXPECT_EQ(expected_purchases(model, 0), 0);
  EXPECT_EQ(expected_purchases(model, -1), 0);
  // A customer of this moment is a new customer.
  EXPECT_DOUBLE_EQ(expected_purchases(model, {0, 0, 0}, 39), expected_purchases(model, 39));
  EXPECT_DOUBLE_EQ(log_likelihood(model, {0, 0, 0}), 0);
  // Repeat purchases at the first one's instant: a/(b + x − 1) to 1 that they were the last.
  EXPECT_NEAR(p_alive(model, {2, 0, 0}), 1 / (1 + model.a / (model.b + 1)), 1e-15);
  // What is out of order is taken as its nearest sense.
  EXPECT_EQ(p_alive(model, {2, 50, 40}), p_alive(model, {2, 40, 40}));
  EXPECT_EQ(p_alive(model, {2, -3, 40}), p_alive(model, {2, 0, 40}));
}

TEST(BgNbd, HugeCustomersNeitherOverflowNorVanish) {
  const BgNbd& model = kCdnowPurchases;
  for (const double x : {1e3, 1e5, 1e7, 1e9}) {
    for (const double t_x : {0.0, 1.0, 499.0, 500.0}) {
      const RepeatPurchases customer{x, t_x, 500};
      EXPECT_TRUE(std::isfinite(log_likelihood(model, customer))) << x << ' ' << t_x;
      const double alive = p_alive(model, customer);
      EXPECT_TRUE(alive >= 0 && alive <= 1) << x << ' ' << t_x;
      const double purchases = expected_purchases(model, customer, 52);
      EXPECT_TRUE(std::isfinite(purchases) && purchases >= 0) << x << ' ' << t_x;
    }
    EXPECT_LT(p_alive(model, {x, 1, 500}), 1e-12);  // so many, then silence
    // Who has bought so steadily goes on at that pace, but for a loss now and then.
    const double pace = x / 504.4 * 52;
    EXPECT_NEAR(expected_purchases(model, {x, 500, 500}, 52) / pace, .96, .04) << x;
  }
}

TEST(BgNbd, AllValuesFallWhileNothingIsBought) {
  std::mt19937_64 dice(9);
  const auto any = [&](double low, double high) {
    return std::exp(std::uniform_real_distribution<double>(std::log(low), std::log(high))(dice));
  };
  for (int i = 0; i < 500; ++i) {
    const BgNbd model{any(.01, 50), any(.1, 1'000), any(.01, 50), any(.01, 50)};
    const double x = std::floor(any(1, 300)) - 1;
    const double t_x = x == 0 ? 0 : any(.1, 1'000);
    const double horizon = any(.1, 1'000);
    double alive = 1;
    double purchases = INFINITY;
    for (double age = t_x; age < t_x + 5'000; age += any(1e-6, 300)) {
      const double alive_then = p_alive(model, {x, t_x, age});
      const double purchases_then = expected_purchases(model, {x, t_x, age}, horizon);
      ASSERT_LE(alive_then, alive * (1 + 1e-12)) << i << " at " << age;
      ASSERT_LE(purchases_then, purchases * (1 + 1e-11)) << i << " at " << age;
      alive = alive_then;
      purchases = purchases_then;
    }
  }
}

TEST(BgNbd, CellsCountAsOftenAsTheyWeigh) {
  const RepeatPurchases customer{2, 30.43, 38.86};
  const RepeatCell cells[] = {{customer, 3}, {{0, 0, 38.86}, 2}};
  EXPECT_DOUBLE_EQ(log_likelihood(kCdnowPurchases, cells),
                   3 * log_likelihood(kCdnowPurchases, customer) +
                       2 * log_likelihood(kCdnowPurchases, {0, 0, 38.86}));
}

TEST(BgNbd, ModelsThatAreNoneAreRecognised) {
  EXPECT_TRUE(is_valid(kCdnowPurchases));
  for (const double wrong : {0.0, -1.0, std::nan(""), double{INFINITY}}) {
    EXPECT_FALSE(is_valid(BgNbd{wrong, 1, 1, 1})) << wrong;
    EXPECT_FALSE(is_valid(BgNbd{1, wrong, 1, 1})) << wrong;
    EXPECT_FALSE(is_valid(BgNbd{1, 1, wrong, 1})) << wrong;
    EXPECT_FALSE(is_valid(BgNbd{1, 1, 1, wrong})) << wrong;
  }
}

}  // namespace
}  // namespace rekindle::operators
