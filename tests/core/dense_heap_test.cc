#include "core/dense_heap.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>

#include "core/compact_vector.h"

// jemalloc's, if the program is linked with it.
extern "C" size_t nallocx(size_t, int) __attribute__((weak));

namespace rekindle {
namespace {

TEST(DenseHeap, KnowsWhatABlockTakes) {
  EXPECT_EQ(heap_size(1), 16u);
  EXPECT_EQ(heap_size(128), 128u);
  EXPECT_EQ(heap_size(129), 160u);
  EXPECT_EQ(heap_size(1'025), 1'280u);
  if (nallocx == nullptr) GTEST_SKIP() << "skipped: another allocator";
  for (size_t bytes = 9; bytes < 100'000; bytes += 1 + bytes / 64) {
    ASSERT_EQ(heap_size(bytes), nallocx(bytes, 0)) << bytes;
  }
}

TEST(DenseHeap, BlocksGoBackByEitherWay) {
  void* const block = allocate_dense(300);
  std::memset(block, 1, 300);
  std::free(block);
  free_dense(std::malloc(300));
  free_dense(allocate_dense(300));
  free_dense(nullptr);
}

TEST(DenseHeap, AListThatMovesKeepsWhatItHasAndItsRoom) {
  CompactVector<CompactVector<uint64_t>> lists;
  lists.repack();
  EXPECT_EQ(lists.capacity(), 0u);
  for (uint64_t i = 0; i < 20; ++i) lists.push_back({i, i + 1});
  const CompactVector<CompactVector<uint64_t>> before = lists;
  const size_t capacity = lists.capacity();
  const size_t bytes = lists.heap_bytes();
  lists.repack();
  for (auto& list : lists) list.repack();
  EXPECT_EQ(lists, before);
  EXPECT_EQ(lists.capacity(), capacity);
  EXPECT_EQ(lists.heap_bytes(), bytes);
}

}  // namespace
}  // namespace rekindle
