#include "core/own_heap.h"

#include <cstddef>

// jemalloc's, if the program is linked with it: jemalloc(3), MALLCTL NAMESPACE.
extern "C" int mallctl(const char*, void*, size_t*, void*, size_t) __attribute__((weak));

namespace rekindle {

void use_own_heap() {
  if (mallctl == nullptr) return;
  unsigned arena = 0;
  size_t size = sizeof(arena);
  if (mallctl("arenas.create", &arena, &size, nullptr, 0) != 0) return;
  // What is freed goes back to where it came from. Refused: the thread keeps the arena it had.
  (void)mallctl("thread.arena", nullptr, nullptr, &arena, sizeof(arena));
}

}  // namespace rekindle
