// Random expression trees, and how their author would write them. What they mean is in
// cli/naive/tree.h.
#pragma once

#include <random>
#include <string>

#include "cli/naive/tree.h"

namespace rekindle::naive {

// A random condition of at most this depth, over a few types, names and short windows, that may
// refer to the first `audiences` audiences.
[[nodiscard]] Tree random_condition(std::mt19937_64& random, int depth, size_t audiences = 0);
// As an author would write it; `scale` is minor units per major unit.
[[nodiscard]] std::string text_of(const Tree& tree, int64_t scale);

}  // namespace rekindle::naive
