// Memory that the kernel has handed out already when the heap asks for it. The first touch of a
// huge page makes the kernel clear it, and on a virtual machine the host find it: up to
// milliseconds, in the middle of a batch (bench/bench_first_touch). So the heap grows into one
// reserved range of addresses, and a thread of low priority touches the next of it ahead of need.
//
// Made once by the server before its other threads; does nothing where the allocator is not
// jemalloc. What was handed out stays with the heap for ever, so it is never unmapped.
#pragma once

#include <thread>

namespace rekindle::cli {

class WarmHeap {
 public:
  WarmHeap();
  ~WarmHeap();  // ends the thread; the heap goes on without
  WarmHeap(const WarmHeap&) = delete;
  WarmHeap& operator=(const WarmHeap&) = delete;

 private:
  std::thread x_thread;
};

}  // namespace rekindle::cli
