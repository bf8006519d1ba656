// Random numbers for generated traffic: splitmix64, and drawing from a Zipf law in O(1) by Vose's
// alias method (A. J. Walker 1977; M. D. Vose 1991). Thread: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace rekindle::cli {

class Dice {
 public:
  explicit Dice(uint64_t seed) : x_state(seed) {}
  uint64_t next() {
    uint64_t z = (x_state += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  // 0 … n − 1. REQUIRES: n > 0 and below 2^32.
  uint32_t below(uint32_t n) { return static_cast<uint32_t>(((next() >> 32) * n) >> 32); }
  // In [0, 1).
  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

 private:
  uint64_t x_state;
};

// Rank r of n is drawn with a chance proportional to 1 / (r + 1)^exponent; exponent 0 is uniform.
class Zipf {
 public:
  Zipf(uint32_t n, double exponent);
  [[nodiscard]] uint32_t draw(Dice& dice) const {
    const uint32_t slot = dice.below(static_cast<uint32_t>(x_slots.size()));
    return dice.unit() < x_slots[slot].keep ? slot : x_slots[slot].other;
  }

 private:
  struct Slot {
    float keep = 1;
    uint32_t other = 0;
  };
  std::vector<Slot> x_slots;
};

}  // namespace rekindle::cli
