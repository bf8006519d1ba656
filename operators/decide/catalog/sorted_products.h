// Products in order of a number (a price, a day), of which copies are cheap: a copy shares all
// chunks, and a change after that copies one chunk. The catalogue's change of one row among a
// million costs a few of them.
#pragma once

#include <algorithm>
#include <compare>
#include <memory>
#include <vector>

#include "core/assert.h"
#include "core/ids.h"
#include "operators/decide/learnt/cow_vector.h"

namespace rekindle::operators {

// Thread: one writer while nobody else has the object; copies are read by any.
// Invariants: no chunk is empty; entries ascend over all chunks, none twice.
class SortedProducts {
 public:
  struct Entry {
    int64_t key = 0;
    NameHash product = kNoName;
    friend auto operator<=>(const Entry&, const Entry&) = default;
  };

  [[nodiscard]] size_t size() const { return x_size; }
  [[nodiscard]] bool empty() const { return x_size == 0; }

  // REQUIRES: it is not there.
  void insert(const Entry& entry) {
    ++x_size;
    if (x_chunks.empty()) return x_chunks.push_back(std::make_shared<Chunk>(Chunk{entry}));
    const size_t at = chunk_of(entry);
    Chunk& chunk = writable(x_chunks[at]);
    chunk.insert(std::lower_bound(chunk.begin(), chunk.end(), entry), entry);
    if (chunk.size() <= kChunkMax) return;
    const auto half = chunk.begin() + static_cast<ptrdiff_t>(chunk.size() / 2);
    auto upper = std::make_shared<Chunk>(half, chunk.end());
    chunk.erase(half, chunk.end());
    x_chunks.insert(x_chunks.begin() + static_cast<ptrdiff_t>(at) + 1, std::move(upper));
  }
  // REQUIRES: it is there.
  void erase(const Entry& entry) {
    const size_t at = chunk_of(entry);
    Chunk& chunk = writable(x_chunks[at]);
    const auto found = std::lower_bound(chunk.begin(), chunk.end(), entry);
    RK_ASSERT(found != chunk.end() && *found == entry);
    chunk.erase(found);
    --x_size;
    if (chunk.empty()) x_chunks.erase(x_chunks.begin() + static_cast<ptrdiff_t>(at));
  }
  // Replaces all. One sort instead of many insertions.
  void assign(std::vector<Entry> entries) {
    std::sort(entries.begin(), entries.end());
    x_chunks.clear();
    x_size = entries.size();
    constexpr size_t kFill = kChunkMax * 3 / 4;
    for (size_t begin = 0; begin < entries.size(); begin += kFill) {
      const auto first = entries.begin() + static_cast<ptrdiff_t>(begin);
      const auto last = first + static_cast<ptrdiff_t>(std::min(kFill, entries.size() - begin));
      x_chunks.push_back(std::make_shared<Chunk>(first, last));
    }
  }

  // Calls see(entry) for those with a key of at least `least`, ascending, until it returns false.
  template <typename See>
  void ascend(int64_t least, const See& see) const {
    if (x_chunks.empty()) return;
    const Entry from{least, kNoName};
    for (size_t at = chunk_of(from); at < x_chunks.size(); ++at) {
      const Chunk& chunk = *x_chunks[at];
      for (auto i = std::lower_bound(chunk.begin(), chunk.end(), from); i != chunk.end(); ++i) {
        if (!see(*i)) return;
      }
    }
  }
  // The same for those with a key of at most `most`, descending.
  template <typename See>
  void descend(int64_t most, const See& see) const {
    if (x_chunks.empty()) return;
    const Entry from{most, ~NameHash{0}};
    for (size_t at = chunk_of(from) + 1; at-- > 0;) {
      const Chunk& chunk = *x_chunks[at];
      for (auto i = std::upper_bound(chunk.begin(), chunk.end(), from); i != chunk.begin();) {
        if (!see(*--i)) return;
      }
    }
  }

 private:
  static constexpr size_t kChunkMax = 256;
  using Chunk = std::vector<Entry>;

  // The last one that begins at or before the entry; else the first.
  [[nodiscard]] size_t chunk_of(const Entry& entry) const {
    const auto after = std::upper_bound(
        x_chunks.begin(), x_chunks.end(), entry,
        [](const Entry& e, const std::shared_ptr<Chunk>& chunk) { return e < chunk->front(); });
    return after == x_chunks.begin() ? 0 : static_cast<size_t>(after - x_chunks.begin()) - 1;
  }

  std::vector<std::shared_ptr<Chunk>> x_chunks;
  size_t x_size = 0;
};

}  // namespace rekindle::operators
