#include "cli/warm_heap.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <thread>
#include <vector>

extern "C" int mallctl(const char*, void*, size_t*, void*, size_t) __attribute__((weak));

namespace rekindle::cli {
namespace {

constexpr size_t kMiB = 1'024 * 1'024;
constexpr size_t kStep = 40 * kMiB;  // less than the heap goes ahead

size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  size_t total = 0;
  size_t resident = 0;
  file >> total >> resident;
  return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

int64_t faults_of_this_thread() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_minflt;
}

// Returns the page faults of this thread while it writes to `bytes` the heap never held before; not
// those in the allocator's own tables.
int64_t faults_of_growing(size_t bytes, std::vector<void*>& kept) {
  int64_t faults = 0;
  for (size_t done = 0; done < bytes; done += kMiB) {
    auto* const block = static_cast<char*>(std::malloc(kMiB));
    const int64_t before = faults_of_this_thread();
    for (size_t at = 0; at < kMiB; at += 4'096) block[at] = 1;
    faults += faults_of_this_thread() - before;
    kept.push_back(block);
  }
  return faults;
}

TEST(WarmHeapTest, TheHeapGrowsIntoMemoryThatIsThereAlready) {
  if (mallctl == nullptr) GTEST_SKIP() << "another allocator is linked";
  std::vector<void*> kept;
  const size_t before = resident_bytes();
  {
    const WarmHeap heap;
    // The system may take single pages back, or a page's neighbours may be the allocator's own: one
    // attempt of a few has to go without. 32 MiB are at least 16 faults, of huge pages; 8,192 of
    // small ones.
    int64_t fewest = INT64_MAX;
    for (size_t grown = 0; grown < 5 * kStep && fewest >= 8; grown += kStep) {
      while (resident_bytes() < before + grown + 60 * kMiB) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
      faults_of_growing(kStep - 32 * kMiB, kept);  // what the heap had before
      fewest = std::min(fewest, faults_of_growing(32 * kMiB, kept));
    }
    EXPECT_LT(fewest, 8);
  }
  EXPECT_GE(faults_of_growing(256 * kMiB, kept), 64);  // nobody goes ahead any more
  for (void* block : kept) std::free(block);
}

}  // namespace
}  // namespace rekindle::cli
