// Pseudo-random draws that depend on a seed and nothing else, so that a choice can be repeated.
#pragma once

#include <absl/random/gaussian_distribution.h>

#include <cmath>
#include <cstdint>
#include <limits>

namespace rekindle::operators {

// SplitMix64. A uniform random bit generator as <random> and Abseil want it, hence the names.
class Random {
 public:
  using result_type = uint64_t;
  static constexpr uint64_t(min)() { return 0; }
  static constexpr uint64_t(max)() { return std::numeric_limits<uint64_t>::max(); }

  explicit Random(uint64_t seed) : x_state(seed) {}

  uint64_t operator()() {
    uint64_t z = (x_state += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }
  // Within (0, 1).
  double uniform() { return (static_cast<double>((*this)() >> 11) + 0.5) * 0x1.0p-53; }
  double normal() { return absl::gaussian_distribution<double>()(*this); }

 private:
  uint64_t x_state;
};

// A gamma distribution of scale 1, with what all its draws share.
class Gamma {
 public:
  explicit Gamma(double shape)  // REQUIRES: > 0
      : x_power(shape < 1 ? 1 / shape : 0),
        x_d((shape < 1 ? shape + 1 : shape) - 1.0 / 3),
        x_c(1 / std::sqrt(9 * x_d)) {}

  // Marsaglia and Tsang, 2000; its squeeze spares both logarithms all but once in forty times.
  [[nodiscard]] double draw(Random& random) const {
    const double drawn = x_d * draw_cube(random);
    return x_power == 0 ? drawn : drawn * std::pow(random.uniform(), x_power);
  }

 private:
  [[nodiscard]] double draw_cube(Random& random) const {
    while (true) {
      const double x = random.normal();
      const double cube = 1 + x_c * x;
      if (cube <= 0) continue;
      const double v = cube * cube * cube;
      const double u = random.uniform();
      const double square = x * x;
      if (u < 1 - 0.0331 * square * square) return v;
      if (std::log(u) < 0.5 * square + x_d * (1 - v + std::log(v))) return v;
    }
  }

  double x_power;
  double x_d;
  double x_c;
};

class Beta {
 public:
  Beta(double a, double b) : x_a(a), x_b(b), x_mean(a / (a + b)) {}  // REQUIRES: both > 0

  [[nodiscard]] double draw(Random& random) const {
    const double x = x_a.draw(random);
    const double y = x_b.draw(random);
    return x + y > 0 ? x / (x + y) : x_mean;
  }

 private:
  Gamma x_a;
  Gamma x_b;
  double x_mean;
};

}  // namespace rekindle::operators
