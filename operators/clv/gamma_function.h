// The logarithm of the gamma function and its derivative, for positive arguments. Ours, because the
// C library's lgamma writes a global and so must not run on two threads at once.
//
// Called by the likelihoods of this folder. Thread: any; pure.
#pragma once

namespace rekindle::operators {

// ln Γ(x) to about 15 digits (absolute near its zeros at 1 and 2). REQUIRES: x > 0.
[[nodiscard]] double log_gamma(double x);
// d/dx ln Γ(x). REQUIRES: x > 0.
[[nodiscard]] double digamma(double x);

}  // namespace rekindle::operators
