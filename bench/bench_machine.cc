// How often this machine stops a thread that never sleeps: one on each core reads the clock without
// a break, so whatever passes between two readings is time that other programs, the kernel or the
// host of a virtual machine took. A percentile of the other benches cannot be below what is lost
// here. Prints one JSON object a line, as bench/run.py reads them.
#include <pthread.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "core/clock.h"

namespace {

constexpr int64_t kShortestStopNs = 20'000;  // above what reading the clock and a tick take
constexpr int64_t kLongStopNs = 1'000'000;

struct Stops {
  int64_t lost_ns = 0;
  int64_t longest_ns = 0;
  int64_t long_ones = 0;
};

Stops watch(unsigned core, int64_t for_ns) {
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(core, &only);
  if (pthread_setaffinity_np(pthread_self(), sizeof(only), &only) != 0) {
    std::fprintf(stderr, "bench_machine: core %u may not be used; its thread runs anywhere\n",
                 core);
  }
  Stops stops;
  const int64_t until = rekindle::monotonic_ns() + for_ns;
  for (int64_t last = until - for_ns; last < until;) {
    const int64_t now = rekindle::monotonic_ns();
    const int64_t gap = now - last;
    last = now;
    if (gap < kShortestStopNs) continue;
    stops.lost_ns += gap;
    stops.longest_ns = std::max(stops.longest_ns, gap);
    if (gap >= kLongStopNs) ++stops.long_ones;
  }
  return stops;
}

void print(const char* name, double value, const char* unit) {
  std::printf(
      "{\"name\":\"machine.%s\",\"value\":%.4g,\"unit\":\"%s\",\"samples\":1,\"spread\":0}\n", name,
      value, unit);
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 5;
  if (!(seconds > 0)) {
    std::fprintf(stderr, "usage: bench_machine [SECONDS]\n");
    return 2;
  }
  const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
  std::vector<Stops> each(cores);
  std::vector<std::thread> threads;
  for (unsigned core = 0; core < cores; ++core) {
    threads.emplace_back(
        [&, core] { each[core] = watch(core, static_cast<int64_t>(seconds * 1e9)); });
  }
  for (std::thread& thread : threads) thread.join();
  Stops all;
  for (const Stops& stops : each) {
    all.lost_ns += stops.lost_ns;
    all.long_ones += stops.long_ones;
    all.longest_ns = std::max(all.longest_ns, stops.longest_ns);
  }
  const double watched = seconds * cores;
  print("lost_percent", static_cast<double>(all.lost_ns) / (watched * 1e9) * 100, "%");
  print("stops_over_1ms_per_s", static_cast<double>(all.long_ones) / watched, "1/s of a core");
  print("longest_stop_us", static_cast<double>(all.longest_ns) / 1e3, "us");
  return 0;
}
