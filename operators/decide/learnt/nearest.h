// The nearest of the sessions that a decision compares.
#pragma once

#include <cstdint>
#include <vector>

#include "operators/decide/learnt/learnt_session.h"

namespace rekindle::operators {

struct Neighbour {
  SessionSlot slot = 0;
  uint32_t distance = 0;  // of the newest product shared
  uint32_t rank = 0;      // by recency, 0 the newest
  double similarity = 0;
};

// Thread: one. Memory: 16 bytes for each of kSlots, and a copy of those kept.
class Nearest {
 public:
  // Leaves the `count` most similar, most similar first, of equal ones the newer first. REQUIRES:
  // `neighbours` are in the order of their ranks. The order is total.
  void keep(std::vector<Neighbour>& neighbours, size_t count);

 private:
  // Of one similarity.
  struct Group {
    double similarity = 0;
    uint32_t size = 0;
    uint32_t place = 0;  // of the next of them among those kept
  };
  struct Slot {
    uint64_t similarity = 0;  // its bits
    uint32_t round = 0;       // of keep(); another one: free
    uint16_t group = 0;
  };
  static constexpr size_t kSlots = 1'024;
  static constexpr size_t kGroupsMax = 256;

  // False when there are too many.
  [[nodiscard]] bool group(const std::vector<Neighbour>& neighbours);
  [[nodiscard]] uint16_t group_of(double similarity);

  std::vector<Slot> x_slots = std::vector<Slot>(kSlots);
  uint32_t x_round = 0;
  std::vector<Group> x_groups;
  std::vector<uint16_t> x_group_of;  // of each neighbour
  std::vector<uint16_t> x_order;     // of groups
  std::vector<Neighbour> x_kept;
};

}  // namespace rekindle::operators
