// What the first touch of a huge page costs on this machine, and what is left of it when the page
// was populated ahead (cli/warm_heap). On a virtual machine the first is the host's to decide.
#include <benchmark/benchmark.h>
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>

namespace {

constexpr size_t kPage = 2 * 1'024 * 1'024;
constexpr size_t kPages = 256;

class Range {
 public:
  Range() {
    x_start = mmap(nullptr, (kPages + 1) * kPage, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const auto start = reinterpret_cast<uintptr_t>(x_start);
    x_first = reinterpret_cast<char*>((start + kPage - 1) / kPage * kPage);
    madvise(x_first, kPages * kPage, MADV_HUGEPAGE);
  }
  ~Range() { munmap(x_start, (kPages + 1) * kPage); }
  Range(const Range&) = delete;
  Range& operator=(const Range&) = delete;

  [[nodiscard]] char* page(size_t index) const { return x_first + index * kPage; }

 private:
  void* x_start;
  char* x_first;
};

void BM_FirstTouchOfAHugePage(benchmark::State& state) {
  const bool populated = state.range(0) != 0;
  const Range range;
  if (populated && madvise(range.page(0), kPages * kPage, MADV_POPULATE_WRITE) != 0) {
    return state.SkipWithError("this kernel does not populate on request");
  }
  size_t next = 0;
  for ([[maybe_unused]] auto _ : state) {
    *range.page(next) = 1;
    benchmark::ClobberMemory();
    ++next;
  }
}
BENCHMARK(BM_FirstTouchOfAHugePage)->ArgName("populated")->Arg(0)->Arg(1)->Iterations(kPages);

}  // namespace

BENCHMARK_MAIN();
