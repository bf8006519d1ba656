// Asks the processor for a cache line ahead of use.
#pragma once

namespace rekindle {

inline void prefetch_line(const void* at) {
  __builtin_prefetch(at);
  // Without it GCC 12 takes a function that only prefetches for one without effect, and leaves out
  // the calls to it.
  asm volatile("" : : "r"(at));
}

}  // namespace rekindle
