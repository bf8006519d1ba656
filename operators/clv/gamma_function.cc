#include "operators/clv/gamma_function.h"

#include <cmath>

namespace rekindle::operators {
namespace {

// From here on seven terms of the asymptotic series are as good as a double can be.
constexpr double kAsymptoticFrom = 10;
constexpr double kHalfLogTwoPi = 0.918938533204672741780329736406;

}  // namespace

double log_gamma(double x) {
  double product = 1;  // of the steps Γ(x + 1) = x Γ(x) up to where the series holds
  for (; x < kAsymptoticFrom; x += 1) product *= x;
  const double inverse = 1 / x;
  const double square = inverse * inverse;
  const double series =
      inverse *
      (1.0 / 12 +
       square * (-1.0 / 360 +
                 square * (1.0 / 1'260 +
                           square * (-1.0 / 1'680 +
                                     square * (1.0 / 1'188 + square * (-691.0 / 360'360 +
                                                                       square * (1.0 / 156)))))));
  return (x - 0.5) * std::log(x) - x + kHalfLogTwoPi + series - std::log(product);
}

double digamma(double x) {
  double steps = 0;  // ψ(x + 1) = ψ(x) + 1/x
  for (; x < kAsymptoticFrom; x += 1) steps += 1 / x;
  const double inverse = 1 / x;
  const double square = inverse * inverse;
  const double series =
      square *
      (1.0 / 12 -
       square * (1.0 / 120 -
                 square * (1.0 / 252 -
                           square * (1.0 / 240 -
                                     square * (1.0 / 132 -
                                               square * (691.0 / 32'760 - square * (1.0 / 12)))))));
  return std::log(x) - 0.5 * inverse - series - steps;
}

}  // namespace rekindle::operators
