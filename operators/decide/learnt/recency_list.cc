#include "operators/decide/learnt/recency_list.h"

#include <algorithm>
#include <tuple>

#include "core/assert.h"

namespace rekindle::operators {

bool is_older(const LearntSession& a, const LearntSession& b) {
  return std::tie(a.end, a.visitor, a.start) < std::tie(b.end, b.visitor, b.start);
}

size_t RecencyList::block_for(RecencyEntry entry, const SessionSlots& sessions) const {
  // What comes is mostly the newest, what leaves the oldest.
  if (x_blocks.empty() || is_older(x_blocks.back()->back(), entry, sessions)) {
    return x_blocks.size();
  }
  if (!is_older(x_blocks.front()->back(), entry, sessions)) return 0;
  const auto found = std::partition_point(x_blocks.begin(), x_blocks.end(),
                                          [&](const std::shared_ptr<Block>& block) {
                                            return is_older(block->back(), entry, sessions);
                                          });
  return static_cast<size_t>(found - x_blocks.begin());
}

void RecencyList::insert(RecencyEntry entry, const SessionSlots& sessions) {
  ++x_size;
  size_t place = block_for(entry, sessions);
  if (place == x_blocks.size()) {  // the newest of all: full blocks stay full
    if (place == 0 || x_blocks.back()->size() == kBlock) {
      x_blocks.push_back(std::make_shared<Block>());
    }
    writable(x_blocks.back()).push_back(entry);
    return;
  }
  if (x_blocks[place]->size() == kBlock) {
    Block& full = writable(x_blocks[place]);
    const auto middle = full.begin() + kBlock / 2;
    auto newer = std::make_shared<Block>(middle, full.end());
    full.erase(middle, full.end());
    x_blocks.insert(x_blocks.begin() + static_cast<ptrdiff_t>(place) + 1, std::move(newer));
    place = block_for(entry, sessions);
  }
  Block& block = writable(x_blocks[place]);
  const auto at = std::partition_point(block.begin(), block.end(), [&](RecencyEntry other) {
    return is_older(other, entry, sessions);
  });
  block.insert(at, entry);
}

void RecencyList::remove(RecencyEntry entry, const SessionSlots& sessions) {
  const size_t place = block_for(entry, sessions);
  RK_ASSERT(place < x_blocks.size());
  Block& block = writable(x_blocks[place]);
  const auto at = std::partition_point(block.begin(), block.end(), [&](RecencyEntry other) {
    return is_older(other, entry, sessions);
  });
  RK_ASSERT(at != block.end() && *at == entry);
  block.erase(at);
  --x_size;
  const auto here = x_blocks.begin() + static_cast<ptrdiff_t>(place);
  if (block.empty()) {
    x_blocks.erase(here);
  } else if (place + 1 < x_blocks.size() && block.size() + here[1]->size() <= kBlock / 2) {
    block.insert(block.end(), here[1]->begin(), here[1]->end());
    x_blocks.erase(here + 1);
  }
}

size_t RecencyList::memory_bytes() const {
  size_t bytes = sizeof(*this) + x_blocks.capacity() * sizeof(x_blocks[0]);
  for (const auto& block : x_blocks) {
    bytes += sizeof(Block) + 2 * sizeof(void*) + block->capacity() * sizeof(RecencyEntry);
  }
  return bytes;
}

}  // namespace rekindle::operators
