// How surprising it is that two things come together as often as they do (Dunning 1993), with a
// sign: below 0 they avoid each other. The root ranks pairs; the counts may be fractions, for they
// fade.
#pragma once

namespace rekindle::operators {

// `both`: occasions with both things; `first`, `second`: with one at least; `all`: all of them.
// REQUIRES: 0 ≤ both ≤ first, second ≤ all.
[[nodiscard]] double signed_root_llr(double both, double first, double second, double all);

}  // namespace rekindle::operators
