// Draws visitors into experiments. Pure, any thread.
//
//   seed   = FNV-1a, 64 bits, over the experiment's name
//   h      = mix(mix(seed xor key.low) xor key.high)      mix: the finalizer of SplitMix64
//   bucket = the upper 32 bits of h × 10,000 ÷ 2³²        0 … 9,999
//
// Anyone can compute it again from a visitor's key; the values must never change, for a running
// experiment would deal its visitors anew.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/ids.h"

namespace rekindle::operators::audience {

// In hundredths of a percent: 0 … 9,999.
[[nodiscard]] constexpr int64_t bucket_of(std::string_view experiment, VisitorKey key) {
  const auto mix = [](uint64_t h) {
    h = (h ^ (h >> 30)) * 0xBF58476D1CE4E5B9ULL;
    h = (h ^ (h >> 27)) * 0x94D049BB133111EBULL;
    return h ^ (h >> 31);
  };
  uint64_t seed = 0xCBF29CE484222325ULL;
  for (const char c : experiment) {
    seed = (seed ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  }
  const uint64_t h = mix(mix(seed ^ key.low) ^ key.high);
  return static_cast<int64_t>((h >> 32) * 10'000 >> 32);
}

}  // namespace rekindle::operators::audience
