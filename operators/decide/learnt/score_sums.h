// Sums of scores by product number, for one decision at a time: a hash table that is empty again
// without being touched, because its entries carry the number of the decision they are of.
#pragma once

#include <cstdint>
#include <vector>

#include "operators/decide/learnt/name_numbers.h"

namespace rekindle::operators {

// Thread: one. Memory: 24 bytes for twice the most products one decision summed up, rounded up to
// a power of two.
class ScoreSums {
 public:
  struct Sum {
    NameNumber product = kNoNumber;
    double score = 0;
  };

  void begin() {
    x_sums.clear();
    if (++x_round == 0) {  // after 2³² decisions
      x_slots.assign(x_slots.size(), {});
      x_round = 1;
    }
  }
  void add(NameNumber product, double score) {
    if (2 * (x_sums.size() + 1) > x_slots.size()) grow();
    Slot& slot = slot_of(product);
    if (slot.round == x_round) {
      x_sums[slot.place].score += score;
      return;
    }
    slot = {x_round, static_cast<uint32_t>(x_sums.size())};
    x_sums.push_back({product, score});
  }
  // In the order in which products were first added. Valid until the next begin().
  [[nodiscard]] std::vector<Sum>& sums() { return x_sums; }

 private:
  struct Slot {
    uint32_t round = 0;
    uint32_t place = 0;
  };
  Slot& slot_of(NameNumber product) {
    const size_t mask = x_slots.size() - 1;
    size_t at = (product * 0x9e3779b97f4a7c15ULL >> 20) & mask;
    while (x_slots[at].round == x_round && x_sums[x_slots[at].place].product != product) {
      at = (at + 1) & mask;
    }
    return x_slots[at];
  }
  void grow() {
    x_slots.assign(x_slots.empty() ? 1'024 : 2 * x_slots.size(), {});
    for (uint32_t place = 0; place < x_sums.size(); ++place) {
      slot_of(x_sums[place].product) = {x_round, place};
    }
  }

  uint32_t x_round = 0;
  std::vector<Slot> x_slots;
  std::vector<Sum> x_sums;
};

}  // namespace rekindle::operators
