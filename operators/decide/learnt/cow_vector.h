// An array of which copies are cheap: a copy shares all elements, in chunks, and the first change
// to a chunk after that copies just this chunk. So the model thread can go on learning while
// decisions read what was published, and publishing costs size() / kChunk pointers.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

#include "core/assert.h"

namespace rekindle::operators {

// What one thread changes and hands out copies of. True: nobody else has it.
// Thread: the writer, who is also the one to destroy copies (Published does), so a count of one
// stays one, and what its last reader read happened before.
template <typename T>
[[nodiscard]] bool is_own(const std::shared_ptr<T>& shared) {
  return shared.use_count() == 1;
}

// The value behind a pointer, copied first when others have it too. Thread: the writer.
template <typename T>
[[nodiscard]] T& writable(std::shared_ptr<T>& shared) {
  if (!is_own(shared)) shared = std::make_shared<T>(*shared);
  return *shared;
}

// Thread: one writer for all that is not const; copies are read by any.
template <typename T, size_t kChunk>
class CowVector {
 public:
  [[nodiscard]] size_t size() const { return x_size; }
  [[nodiscard]] const T& operator[](size_t i) const { return (*x_chunks[i / kChunk])[i % kChunk]; }
  [[nodiscard]] T& change(size_t i) {
    RK_ASSERT(i < x_size);
    return writable(x_chunks[i / kChunk])[i % kChunk];
  }
  // New elements are T{}. Never shrinks.
  void grow(size_t size) {
    while (x_chunks.size() * kChunk < size) x_chunks.push_back(std::make_shared<Chunk>());
    if (size > x_size) x_size = size;
  }
  void clear() {
    x_chunks.clear();
    x_size = 0;
  }
  [[nodiscard]] size_t memory_bytes() const {
    return x_chunks.size() * (sizeof(Chunk) + 2 * sizeof(std::shared_ptr<Chunk>));
  }

 private:
  using Chunk = std::array<T, kChunk>;
  std::vector<std::shared_ptr<Chunk>> x_chunks;
  size_t x_size = 0;
};

}  // namespace rekindle::operators
