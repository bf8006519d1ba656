// An array of which copies are cheap: a copy shares all elements, in chunks, and the first change
// to a chunk after that copies just this chunk. So the model thread can go on learning while
// decisions read what was published, and publishing costs size() / kChunk plain pointers.
//
// Elements may be pointers to what is shared too: versions() says what is the writer's alone, and
// takes what was replaced.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "core/assert.h"
#include "core/prefetch.h"
#include "operators/decide/learnt/versions.h"

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

// Thread: one writer for all that is not const, for making a copy of what it writes, and for
// destroying copies; copies are read by any, and never change. Owns: its chunks; copies hold them.
template <typename T, size_t kChunk>
class CowVector {
 public:
  CowVector() = default;
  CowVector(const CowVector& other)
      : x_chunks(other.x_chunks),
        x_size(other.x_size),
        x_hold(other.x_hold != nullptr ? other.x_hold : other.x_versions.begin_next()) {}
  CowVector(CowVector&& other) noexcept
      : x_chunks(std::exchange(other.x_chunks, {})),
        x_size(std::exchange(other.x_size, 0)),
        x_versions(std::exchange(other.x_versions, {})),
        x_hold(std::exchange(other.x_hold, nullptr)) {}
  CowVector& operator=(const CowVector& other) {
    if (this != &other) *this = CowVector(other);
    return *this;
  }
  CowVector& operator=(CowVector&& other) noexcept {
    if (this == &other) return *this;
    let_go();
    x_chunks = std::exchange(other.x_chunks, {});
    x_size = std::exchange(other.x_size, 0);
    x_versions = std::exchange(other.x_versions, {});
    x_hold = std::exchange(other.x_hold, nullptr);
    return *this;
  }
  ~CowVector() { let_go(); }

  [[nodiscard]] size_t size() const { return x_size; }
  [[nodiscard]] const T& operator[](size_t i) const {
    return x_chunks[i / kChunk]->value[i % kChunk];
  }
  [[nodiscard]] T& change(size_t i) {
    RK_ASSERT(i < x_size);
    Chunk*& chunk = x_chunks[i / kChunk];
    if (chunk->made != x_versions.now()) {
      Chunk* const own = new Chunk(*chunk);
      own->made = x_versions.now();
      x_versions.retire(std::exchange(chunk, own), 0);
    }
    return chunk->value[i % kChunk];
  }
  // New elements are T{}. Never shrinks.
  void grow(size_t size) {
    RK_ASSERT(x_hold == nullptr);
    while (x_chunks.size() * kChunk < size) x_chunks.push_back(new Chunk{x_versions.now(), {}});
    if (size > x_size) x_size = size;
  }
  void clear() {
    let_go();
    x_chunks.clear();
    x_size = 0;
  }
  void fetch(size_t i) const { prefetch_line(&x_chunks[i / kChunk]->value[i % kChunk]); }
  [[nodiscard]] Versions& versions() { return x_versions; }
  [[nodiscard]] size_t memory_bytes() const {
    return x_chunks.size() * (sizeof(Chunk) + sizeof(Chunk*));
  }

 private:
  using Chunk = Versioned<std::array<T, kChunk>>;

  void let_go() {
    if (x_hold != nullptr) return;  // a copy
    for (const Chunk* chunk : x_chunks) x_versions.retire(chunk, chunk->made);
  }

  std::vector<Chunk*> x_chunks;
  size_t x_size = 0;
  mutable Versions x_versions;  // of the writer: making a copy begins the next
  Versions::Hold x_hold;        // of a copy; null: the writer
};

}  // namespace rekindle::operators
