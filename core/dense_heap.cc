#include "core/dense_heap.h"

#include <cstdlib>

#include "core/assert.h"

// jemalloc's, if the program is linked with it: jemalloc(3), NON-STANDARD API.
extern "C" void* mallocx(size_t, int) __attribute__((weak));
extern "C" void dallocx(void*, int) __attribute__((weak));

namespace rekindle {
namespace {

constexpr int kPastThreadCache = 0x100;  // MALLOCX_TCACHE_NONE

}  // namespace

void* allocate_dense(size_t bytes) {
  void* const block = mallocx == nullptr ? std::malloc(bytes) : mallocx(bytes, kPastThreadCache);
  RK_ASSERT(block != nullptr);
  return block;
}

void free_dense(void* block) {
  if (block == nullptr) return;
  if (dallocx == nullptr) return std::free(block);
  dallocx(block, kPastThreadCache);
}

}  // namespace rekindle
