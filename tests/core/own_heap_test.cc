#include "core/own_heap.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>

extern "C" int mallctl(const char*, void*, size_t*, void*, size_t) __attribute__((weak));

namespace rekindle {
namespace {

unsigned arena_of_this_thread() {
  unsigned arena = 0;
  size_t size = sizeof(arena);
  EXPECT_EQ(mallctl("thread.arena", &arena, &size, nullptr, 0), 0);
  return arena;
}

TEST(OwnHeap, AThreadAllocatesFromAnArenaThatNobodyElseHas) {
  if (mallctl == nullptr) GTEST_SKIP() << "skipped: another allocator";
  unsigned first = 0;
  unsigned second = 0;
  std::thread([&] { use_own_heap(), first = arena_of_this_thread(); }).join();
  std::thread([&] { use_own_heap(), second = arena_of_this_thread(); }).join();
  EXPECT_NE(first, second);
  EXPECT_NE(first, arena_of_this_thread());
  EXPECT_NE(second, arena_of_this_thread());
}

TEST(OwnHeap, OthersMayFreeWhatItAllocated) {
  std::unique_ptr<std::string> text;
  std::thread([&] {
    use_own_heap();
    text = std::make_unique<std::string>(10'000, 'x');
  }).join();
  EXPECT_EQ(text->size(), 10'000u);
  text.reset();
}

}  // namespace
}  // namespace rekindle
