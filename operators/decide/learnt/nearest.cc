#include "operators/decide/learnt/nearest.h"

#include <algorithm>
#include <bit>
#include <numeric>

namespace rekindle::operators {
namespace {

void keep_sorted(std::vector<Neighbour>& neighbours, size_t count) {
  const auto is_nearer = [](const Neighbour& a, const Neighbour& b) {
    return a.similarity != b.similarity ? a.similarity > b.similarity : a.rank < b.rank;
  };
  if (neighbours.size() > count) {
    const auto kept = neighbours.begin() + static_cast<ptrdiff_t>(count);
    std::nth_element(neighbours.begin(), kept, neighbours.end(), is_nearer);
    neighbours.erase(kept, neighbours.end());
  }
  std::sort(neighbours.begin(), neighbours.end(), is_nearer);
}

}  // namespace

// Where age does not count, a similarity is one of a few: it tells which products are shared. Then
// the groups are put in order, and the sessions, which have one among equals, only dealt out.
void Nearest::keep(std::vector<Neighbour>& neighbours, size_t count) {
  if (!group(neighbours)) return keep_sorted(neighbours, count);
  x_order.resize(x_groups.size());
  std::iota(x_order.begin(), x_order.end(), uint16_t{0});
  std::sort(x_order.begin(), x_order.end(), [this](uint16_t a, uint16_t b) {
    return x_groups[a].similarity > x_groups[b].similarity;
  });
  uint32_t place = 0;
  for (const uint16_t group : x_order) {
    x_groups[group].place = place;
    place += x_groups[group].size;
  }
  x_kept.resize(std::min(count, neighbours.size()));
  for (size_t i = 0; i < neighbours.size(); ++i) {
    const uint32_t to = x_groups[x_group_of[i]].place++;
    if (to < x_kept.size()) x_kept[to] = neighbours[i];
  }
  std::swap(neighbours, x_kept);
}

bool Nearest::group(const std::vector<Neighbour>& neighbours) {
  if (++x_round == 0) {  // after 2³² decisions
    x_slots.assign(kSlots, {});
    x_round = 1;
  }
  x_groups.clear();
  x_group_of.clear();
  for (const Neighbour& neighbour : neighbours) {
    const uint16_t group = group_of(neighbour.similarity);
    if (x_groups.size() > kGroupsMax) return false;
    ++x_groups[group].size;
    x_group_of.push_back(group);
  }
  return true;
}

uint16_t Nearest::group_of(double similarity) {
  const auto bits = std::bit_cast<uint64_t>(similarity);
  size_t at = (bits * 0x9e3779b97f4a7c15ULL >> 54) % kSlots;
  while (x_slots[at].round == x_round && x_slots[at].similarity != bits) at = (at + 1) % kSlots;
  Slot& slot = x_slots[at];
  if (slot.round == x_round) return slot.group;
  slot = {bits, x_round, static_cast<uint16_t>(x_groups.size())};
  x_groups.push_back({similarity});
  return slot.group;
}

}  // namespace rekindle::operators
