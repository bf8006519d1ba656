// How often this machine stops a thread that never sleeps: one on each core reads the clock without
// a break, so whatever passes between two readings is time that other programs, the kernel or the
// host of a virtual machine took. A percentile of the other benches cannot be below what is lost
// here. Prints one JSON object a line, as bench/run.py reads them.
//
// With `beside` it leaves the cores to others: a thread of the highest priority on each only wakes
// 500 times a second and sees how late that was. For each line it reads it prints one about the
// time since the last; what is stopped then is everybody, since no other program may keep those
// threads waiting.
#include <pthread.h>
#include <sched.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/clock.h"
#include "core/thread_role.h"

namespace {

constexpr int64_t kShortestStopNs = 20'000;  // above what reading the clock and a tick take
constexpr int64_t kLongStopNs = 1'000'000;

struct Stops {
  int64_t lost_ns = 0;
  int64_t longest_ns = 0;
  int64_t long_ones = 0;
};

void stay_on(unsigned core) {
  if (rekindle::stay_on_core(core)) return;
  std::fprintf(stderr, "bench_machine: core %u may not be used; its thread runs anywhere\n", core);
}

Stops watch(unsigned core, int64_t for_ns) {
  stay_on(core);
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

// --- beside others

constexpr int64_t kWakeEveryNs = 2'000'000;  // each wake-up costs them some 20 µs

struct Lateness {  // since it was last read
  std::atomic<int64_t> longest_ns{0};
  std::atomic<int64_t> long_ones{0};
};

void wake_often(unsigned core, Lateness& lateness) {
  stay_on(core);
  const sched_param highest{sched_get_priority_max(SCHED_FIFO)};
  if (pthread_setschedparam(pthread_self(), SCHED_FIFO, &highest) != 0) {
    std::fprintf(stderr,
                 "bench_machine: without the right to a real-time priority it also sees how "
                 "long others keep core %u\n",
                 core);
  }
  timespec due{};
  clock_gettime(CLOCK_MONOTONIC, &due);
  while (true) {
    due.tv_nsec += kWakeEveryNs;
    if (due.tv_nsec >= 1'000'000'000) {
      due.tv_nsec -= 1'000'000'000;
      ++due.tv_sec;
    }
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, nullptr);
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    const int64_t late = (now.tv_sec - due.tv_sec) * 1'000'000'000 + (now.tv_nsec - due.tv_nsec);
    if (late > lateness.longest_ns.load()) lateness.longest_ns.store(late);
    if (late >= kLongStopNs) lateness.long_ones.fetch_add(1);
    if (late > kWakeEveryNs) due = now;  // one stop is counted once
  }
}

int watch_beside(unsigned cores) {
  static std::vector<Lateness> each(cores);  // as long as the threads, which nothing ends
  for (unsigned core = 0; core < cores; ++core) {
    std::thread([core] { wake_often(core, each[core]); }).detach();
  }
  for (std::string line; std::getline(std::cin, line);) {
    int64_t longest_ns = 0;
    int64_t long_ones = 0;
    for (Lateness& lateness : each) {
      longest_ns = std::max(longest_ns, lateness.longest_ns.exchange(0));
      long_ones += lateness.long_ones.exchange(0);
    }
    std::printf("{\"longest_stop_us\":%.1f,\"stops_over_1ms\":%ld}\n",
                static_cast<double>(longest_ns) / 1e3, long_ones);
    std::fflush(stdout);
  }
  std::_Exit(0);
}

}  // namespace

int main(int argc, char** argv) {
  const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
  if (argc > 1 && std::string_view(argv[1]) == "beside") return watch_beside(cores);
  const double seconds = argc > 1 ? std::atof(argv[1]) : 5;
  if (!(seconds > 0)) {
    std::fprintf(stderr, "usage: bench_machine [SECONDS | beside]\n");
    return 2;
  }
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
