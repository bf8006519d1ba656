// A growable array of 8 bytes when empty or not: one pointer to a heap block that starts with size
// and capacity. For the many small arrays of a visitor, where std::vector's 24 bytes would cost
// more than what they hold. It grows by half, in small steps at first.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <memory>
#include <new>
#include <span>
#include <utility>

#include "core/assert.h"
#include "core/dense_heap.h"
#include "core/prefetch.h"

namespace rekindle {

template <typename T>
class CompactVector {
  static_assert(alignof(T) <= 8);

 public:
  using value_type = T;
  using iterator = T*;
  using const_iterator = const T*;

  CompactVector() = default;
  CompactVector(std::initializer_list<T> values) { append(values.begin(), values.end()); }
  CompactVector(const CompactVector& other) { append(other.begin(), other.end()); }
  CompactVector(CompactVector&& other) noexcept : x_head(std::exchange(other.x_head, nullptr)) {}
  CompactVector& operator=(CompactVector other) noexcept {
    std::swap(x_head, other.x_head);
    return *this;
  }
  ~CompactVector() {
    clear();
    std::free(x_head);
  }

  [[nodiscard]] size_t size() const { return x_head == nullptr ? 0 : x_head->size; }
  [[nodiscard]] size_t capacity() const { return x_head == nullptr ? 0 : x_head->capacity; }
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] T* data() { return reinterpret_cast<T*>(x_head + 1); }
  [[nodiscard]] const T* data() const { return reinterpret_cast<const T*>(x_head + 1); }
  [[nodiscard]] T* begin() { return x_head == nullptr ? nullptr : data(); }
  [[nodiscard]] T* end() { return begin() + size(); }
  [[nodiscard]] const T* begin() const { return x_head == nullptr ? nullptr : data(); }
  [[nodiscard]] const T* end() const { return begin() + size(); }
  [[nodiscard]] T& operator[](size_t i) { return data()[i]; }
  [[nodiscard]] const T& operator[](size_t i) const { return data()[i]; }
  [[nodiscard]] T& front() { return data()[0]; }
  [[nodiscard]] const T& front() const { return data()[0]; }
  [[nodiscard]] T& back() { return data()[size() - 1]; }
  [[nodiscard]] const T& back() const { return data()[size() - 1]; }

  void push_back(T value) {
    if (size() == capacity()) grow(size() + 1);
    new (data() + x_head->size) T(std::move(value));
    ++x_head->size;
  }
  T* insert(const T* at, T value) {
    const auto index = static_cast<size_t>(at - begin());
    push_back(std::move(value));
    std::rotate(begin() + index, end() - 1, end());
    return begin() + index;
  }
  T* erase(const T* first, const T* last) {
    T* const to = begin() + (first - begin());
    if (first == last) return to;
    T* const kept_end = std::move(begin() + (last - begin()), end(), to);
    truncate(static_cast<size_t>(kept_end - begin()));
    return to;
  }
  T* erase(const T* at) { return erase(at, at + 1); }
  void pop_back() { truncate(size() - 1); }
  void resize(size_t size_wanted) {
    if (size_wanted < size()) return truncate(size_wanted);
    reserve(size_wanted);
    while (size() < size_wanted) push_back(T{});
  }
  void assign(size_t count, const T& value) {
    clear();
    reserve(count);
    for (size_t i = 0; i < count; ++i) push_back(value);
  }
  void append(const T* first, const T* last) {
    const size_t wanted = size() + static_cast<size_t>(last - first);
    if (wanted > capacity()) grow(wanted);
    if (first == last) return;
    std::uninitialized_copy(first, last, end());
    x_head->size = static_cast<uint32_t>(wanted);
  }
  void reserve(size_t capacity_wanted) {
    if (capacity_wanted > capacity()) reallocate(capacity_wanted);
  }
  void clear() { truncate(0); }
  // Moves it to where the heap is dense (core/dense_heap.h).
  void repack() {
    if (x_head == nullptr) return;
    Head* const from = move_to(allocate_dense(heap_bytes()), heap_bytes());
    free_dense(from);
  }

  // Asks the processor for the first bytes, or (REQUIRES: those have come) for what follows them up
  // to `most` bytes, or for the last element, ahead of use.
  void prefetch() const { prefetch_line(x_head); }
  void prefetch_rest(size_t most) const {
    const auto* const start = reinterpret_cast<const char*>(x_head);
    const size_t bytes = std::min(most, sizeof(Head) + size() * sizeof(T));
    for (size_t at = kLineBytes; at < bytes; at += kLineBytes) prefetch_line(start + at);
  }
  void prefetch_end() const {
    if (!empty()) prefetch_line(end() - 1);
  }

  [[nodiscard]] size_t heap_bytes() const {
    return x_head == nullptr ? 0 : heap_size(sizeof(Head) + capacity() * sizeof(T));
  }
  friend bool operator==(const CompactVector& a, const CompactVector& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

 private:
  static constexpr size_t kLineBytes = 64;  // of the processor's cache
  struct Head {
    uint32_t size;
    uint32_t capacity;
  };

  void truncate(size_t size_wanted) {
    if (x_head == nullptr) return;
    std::destroy(begin() + size_wanted, end());
    x_head->size = static_cast<uint32_t>(size_wanted);
  }
  void grow(size_t least) { reallocate(std::max(least, capacity() + capacity() / 2)); }
  void reallocate(size_t capacity_wanted) {
    const size_t bytes = heap_size(sizeof(Head) + capacity_wanted * sizeof(T));
    void* const block = std::malloc(bytes);
    RK_ASSERT(block != nullptr);
    std::free(move_to(block, bytes));
  }
  // Returns the block it left, to be freed.
  Head* move_to(void* block, size_t bytes) {
    auto* const head = static_cast<Head*>(block);
    head->size = static_cast<uint32_t>(size());
    head->capacity = static_cast<uint32_t>((bytes - sizeof(Head)) / sizeof(T));
    std::uninitialized_move(begin(), end(), reinterpret_cast<T*>(head + 1));
    std::destroy(begin(), end());
    return std::exchange(x_head, head);
  }

  Head* x_head = nullptr;
};

}  // namespace rekindle
