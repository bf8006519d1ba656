// Memory that comes from the fullest end of the heap, for what stays long.
//
// Among many blocks that live long, those that go leave holes, and a heap whose blocks' sizes
// change over time does not fill them again: it holds far more than what is used. What is moved by
// these functions goes to the oldest place that is free, past the thread's cache of places that
// were just freed; so the youngest pages become empty, and can be used for any size.
//
// heap_size() says what a block of that many bytes really takes: jemalloc's size classes, four to a
// doubling, steps of 16 bytes at first.
//
// Any thread. Without jemalloc they are malloc() and free().
#pragma once

#include <bit>
#include <cstddef>

namespace rekindle {

[[nodiscard]] void* allocate_dense(size_t bytes);  // never null; std::free() may free it too
void free_dense(void* block);                      // malloc()'s too, or null

// REQUIRES: bytes > 0.
[[nodiscard]] constexpr size_t heap_size(size_t bytes) {
  const size_t step = bytes <= 128 ? 16 : std::bit_floor(bytes - 1) / 4;
  return (bytes + step - 1) / step * step;
}

}  // namespace rekindle
