#include "cli/warm_heap.h"

#include <jemalloc/jemalloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "core/thread_role.h"

// Missing when another allocator is linked: a sanitizer's, or the C library's.
extern "C" int mallctl(const char*, void*, size_t*, void*, size_t) __attribute__((weak));

namespace rekindle::cli {
namespace {

constexpr size_t kPage = 2 * 1'024 * 1'024;  // a huge page of x86-64
constexpr size_t kAhead = 64 * 1'024 * 1'024;
constexpr size_t kGrowMax = 16 * 1'024 * 1'024;  // by which the heap grows at most at a time

// For the process's life: the allocator calls the hooks until the very end.
struct Range {
  uintptr_t begin = 0;
  uintptr_t end = 0;
  std::atomic<uintptr_t> next{0};  // from here on nothing is handed out yet
  std::atomic<bool> stopping{false};
  extent_hooks_t before{};  // the allocator's own
};
Range range;

uintptr_t rounded_up(uintptr_t value, size_t to) {
  return (value + to - 1) / to * to;
}

void* allocate(extent_hooks_t*, void* at, size_t size, size_t alignment, bool* zero, bool* commit,
               unsigned arena) {
  uintptr_t next = range.next.load(std::memory_order_relaxed);
  uintptr_t start = 0;
  do {
    start = rounded_up(next, std::max(alignment, kPage));
    const bool fits = start + size <= range.end && start + size > start;
    if (!fits || (at != nullptr && start != reinterpret_cast<uintptr_t>(at))) {
      return at != nullptr
                 ? nullptr
                 : range.before.alloc(&range.before, at, size, alignment, zero, commit, arena);
    }
  } while (!range.next.compare_exchange_weak(next, start + size, std::memory_order_release,
                                             std::memory_order_relaxed));
  range.next.notify_one();
  *zero = *commit = true;
  return reinterpret_cast<void*>(start);
}

bool keep(extent_hooks_t*, void*, size_t, bool, unsigned) {
  return true;  // not given back: the allocator keeps it for later
}
void keep_at_end(extent_hooks_t*, void*, size_t, bool, unsigned) {}

extent_hooks_t hooks;

bool reserve() {
  const auto pages = sysconf(_SC_PHYS_PAGES);
  const auto page_bytes = sysconf(_SC_PAGESIZE);
  if (pages <= 0 || page_bytes <= 0) return false;
  const size_t size = static_cast<size_t>(pages) * static_cast<size_t>(page_bytes) * 2;
  void* const start = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (start == MAP_FAILED) return false;  // a limit on address space: everything works without
  madvise(start, size, MADV_HUGEPAGE);
  range.begin = rounded_up(reinterpret_cast<uintptr_t>(start), kPage);
  range.end = reinterpret_cast<uintptr_t>(start) + size;
  range.next.store(range.begin);
  return true;
}

bool install() {
  size_t size = sizeof(extent_hooks_t*);
  extent_hooks_t* before = nullptr;
  if (mallctl("arena.0.extent_hooks", &before, &size, nullptr, 0) != 0) return false;
  range.before = hooks = *before;
  hooks.alloc = allocate;
  hooks.dalloc = keep;
  hooks.destroy = keep_at_end;
  extent_hooks_t* after = &hooks;
  size_t grow_max = kGrowMax;
  return mallctl("arena.0.retain_grow_limit", nullptr, nullptr, &grow_max, sizeof(grow_max)) == 0 &&
         mallctl("arena.0.extent_hooks", nullptr, nullptr, &after, sizeof(after)) == 0;
}

// Populating does not change what a page holds, so it may meet the heap's own first touch.
void touch_ahead() {
  begin_thread("rk-heap", ThreadRole::kBackground);
  uintptr_t touched = range.begin;
  while (!range.stopping.load()) {
    const uintptr_t next = range.next.load(std::memory_order_acquire);
    touched = std::max(touched, next / kPage * kPage);
    if (touched >= next + kAhead || touched + kPage > range.end) {
      range.next.wait(next);
    } else if (madvise(reinterpret_cast<void*>(touched), kPage, MADV_POPULATE_WRITE) != 0) {
      return;  // Linux before 5.14, or memory is short: the heap touches its pages itself
    } else {
      touched += kPage;
    }
  }
}

}  // namespace

WarmHeap::WarmHeap() {
  if (mallctl == nullptr || !reserve() || !install()) return;
  x_thread = std::thread(touch_ahead);
}

WarmHeap::~WarmHeap() {
  if (!x_thread.joinable()) return;
  range.stopping.store(true);
  range.next.fetch_add(kPage);  // the value it waits on has to differ
  range.next.notify_one();
  x_thread.join();
}

}  // namespace rekindle::cli
