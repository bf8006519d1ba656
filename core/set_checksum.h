// The checksum of a member set, by which who follows the change feed proves to be in step: the XOR
// of its members' keys (core/ids.h). The order of members does not matter, entering and leaving are
// the same operation, the empty set has 0. Kept by core/partition beside each set, joined by io/.
//
// It finds what was lost by accident. It is no signature: keys are hashes anyone can compute.
#pragma once

#include <cstdint>

#include "core/ids.h"

namespace rekindle {

struct SetChecksum {
  uint64_t high = 0;
  uint64_t low = 0;

  // The member enters, or leaves.
  void toggle(VisitorKey member) {
    high ^= member.high;
    low ^= member.low;
  }
  // Joins the checksum of a set that has no member in common.
  void join(const SetChecksum& other) {
    high ^= other.high;
    low ^= other.low;
  }
  friend constexpr bool operator==(const SetChecksum&, const SetChecksum&) = default;
};

}  // namespace rekindle
