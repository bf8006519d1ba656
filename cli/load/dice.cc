#include "cli/load/dice.h"

#include <cmath>

#include "core/assert.h"

namespace rekindle::cli {

Zipf::Zipf(uint32_t n, double exponent) : x_slots(n) {
  RK_ASSERT(n > 0);
  std::vector<double> share(n);
  double total = 0;
  for (uint32_t r = 0; r < n; ++r) total += share[r] = std::pow(r + 1.0, -exponent);
  std::vector<uint32_t> poor;
  std::vector<uint32_t> rich;
  for (uint32_t r = 0; r < n; ++r) {
    share[r] *= n / total;
    (share[r] < 1 ? poor : rich).push_back(r);
  }
  while (!poor.empty() && !rich.empty()) {
    const uint32_t small = poor.back();
    const uint32_t large = rich.back();
    poor.pop_back();
    x_slots[small] = {static_cast<float>(share[small]), large};
    share[large] -= 1 - share[small];
    if (share[large] < 1) {
      rich.pop_back();
      poor.push_back(large);
    }
  }
}

}  // namespace rekindle::cli
