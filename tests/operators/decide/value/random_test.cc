// Draws against the distributions' formulas, five standard errors wide; seeds are fixed, so a test
// that passes once always does.
#include "operators/decide/value/random.h"

#include <gtest/gtest.h>

#include <array>

namespace rekindle::operators {
namespace {

constexpr int kDraws = 100'000;

TEST(Random, IsRepeatedBySeed) {
  Random a(7);
  Random b(7);
  Random c(8);
  bool differs = false;
  for (int i = 0; i < 100; ++i) {
    const double drawn = Beta(1, 49).draw(a);
    EXPECT_EQ(drawn, Beta(1, 49).draw(b));
    differs |= drawn != Beta(1, 49).draw(c);
  }
  EXPECT_TRUE(differs);
}

TEST(Random, GammaHasItsMeanAndVariance) {
  for (const double shape : {0.05, 0.5, 1.0, 1.5, 30.0, 5'000.0}) {
    Random random(11);
    const Gamma gamma(shape);
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < kDraws; ++i) {
      const double drawn = gamma.draw(random);
      EXPECT_GE(drawn, 0);
      sum += drawn;
      squares += (drawn - shape) * (drawn - shape);
    }
    EXPECT_NEAR(sum / kDraws, shape, 5 * std::sqrt(shape / kDraws)) << shape;
    // Var of the sample variance: (μ4 − σ⁴) ÷ n, with μ4 = 3k² + 6k of a gamma.
    const double deviation = std::sqrt((2 * shape * shape + 6 * shape) / kDraws);
    EXPECT_NEAR(squares / kDraws, shape, 5 * deviation) << shape;
  }
}

// P(X ≤ x) of Beta(1, b) is 1 − (1 − x)^b, of Beta(a, 1) it is x^a.
TEST(Random, BetaIsBelowAPointAsOftenAsTheFormulaSays) {
  struct Case {
    double a, b, x, share;
  };
  for (const double x : {0.001, 0.02, 0.3, 0.7, 0.99}) {
    for (const Case& beta : {Case{1, 49, x, 1 - std::pow(1 - x, 49)}, Case{1, 1, x, x},
                             Case{1, 0.3, x, 1 - std::pow(1 - x, 0.3)},
                             Case{0.5, 1, x, std::pow(x, 0.5)}, Case{20, 1, x, std::pow(x, 20)}}) {
      Random random(13);
      const Beta drawn(beta.a, beta.b);
      int below = 0;
      for (int i = 0; i < kDraws; ++i) below += drawn.draw(random) <= beta.x ? 1 : 0;
      const double deviation = std::sqrt(beta.share * (1 - beta.share) / kDraws);
      EXPECT_NEAR(static_cast<double>(below) / kDraws, beta.share, 5 * deviation + 1e-6)
          << beta.a << ' ' << beta.b << ' ' << x;
    }
  }
}

TEST(Random, BetaHasItsMeanAndVariance) {
  for (const auto& [a, b] : {std::array{0.001, 50.0}, std::array{0.5, 49.5}, std::array{1.0, 49.0},
                             std::array{300.0, 9'700.0}}) {
    Random random(17);
    const Beta beta(a, b);
    double sum = 0;
    double squares = 0;
    const double mean = a / (a + b);
    const double variance = mean * (1 - mean) / (a + b + 1);
    for (int i = 0; i < kDraws; ++i) {
      const double drawn = beta.draw(random);
      sum += drawn;
      squares += (drawn - mean) * (drawn - mean);
    }
    EXPECT_NEAR(sum / kDraws, mean, 5 * std::sqrt(variance / kDraws)) << a << ' ' << b;
    if (a < 0.5) continue;  // hardly ever far from 0, so a sample says little of how far
    EXPECT_NEAR(squares / kDraws, variance, 0.05 * variance) << a << ' ' << b;
  }
}

}  // namespace
}  // namespace rekindle::operators
