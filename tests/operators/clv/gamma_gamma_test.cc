#include "operators/clv/gamma_gamma.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/operators/clv/cdnow.h"

namespace rekindle::operators {
namespace {

using samples::kCdnowSpend;

TEST(GammaGamma, ExpectsWhatWasPublished) {
  // (x, mean) of the first customers with repeat purchases, and their conditional expectation.
  EXPECT_NEAR(expected_spend(kCdnowSpend, {2, 22.35}), 24.66, .01);
  EXPECT_NEAR(expected_spend(kCdnowSpend, {1, 11.77}), 18.92, .01);
  EXPECT_NEAR(expected_spend(kCdnowSpend, {0, 0}), 35.22, .01);
}

TEST(GammaGamma, LiesBetweenTheCustomersMeanAndThatOfAll) {
  const double all = expected_spend(kCdnowSpend, {0, 0});
  double before = all;
  for (const double purchases : {1.0, 2.0, 10.0, 1e3, 1e9}) {
    const double here = expected_spend(kCdnowSpend, {purchases, 100});
    EXPECT_GT(here, before);
    EXPECT_LT(here, 100);
    before = here;
  }
  EXPECT_NEAR(before, 100, 1e-6);
  EXPECT_EQ(expected_spend(kCdnowSpend, {5, -40}), expected_spend(kCdnowSpend, {5, 0}));
  EXPECT_GT(expected_spend(kCdnowSpend, {5, 0}), 0);
}

TEST(GammaGamma, LikelihoodIsTheDensityOfTheMean) {
  // Over all means it integrates to one.
  for (const double purchases : {1.0, 3.0}) {
    double integral = 0;
    const double step = 1e-3;
    for (double u = -15; u < 25; u += step) {  // m = e^u
      integral += std::exp(log_likelihood(kCdnowSpend, {purchases, std::exp(u)}) + u) * step;
    }
    EXPECT_NEAR(integral, 1, 1e-9) << purchases;
  }
}

TEST(GammaGamma, RefusesModelsWithoutAMean) {
  EXPECT_TRUE(is_valid(kCdnowSpend));
  EXPECT_FALSE(is_valid(GammaGamma{6.25, 1, 15.44}));
  EXPECT_FALSE(is_valid(GammaGamma{6.25, .8, 15.44}));
  for (const double wrong : {0.0, -1.0, std::nan(""), double{INFINITY}}) {
    EXPECT_FALSE(is_valid(GammaGamma{wrong, 3.74, 15.44})) << wrong;
    EXPECT_FALSE(is_valid(GammaGamma{6.25, wrong, 15.44})) << wrong;
    EXPECT_FALSE(is_valid(GammaGamma{6.25, 3.74, wrong})) << wrong;
  }
}

}  // namespace
}  // namespace rekindle::operators
