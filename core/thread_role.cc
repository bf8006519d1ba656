#include "core/thread_role.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

#include "core/clock.h"

namespace rekindle {
namespace {

constexpr int kBackgroundNice = 10;
// The shortest slice Linux grants. It is no limit on how long a thread runs, but decides who is due
// first: a thread that wakes with a shorter one runs at once, where it would otherwise wait for the
// next tick of the scheduler, 4 ms on a kernel with 250 a second.
constexpr uint64_t kServingSliceNs = 100'000;
constexpr int64_t kGiveWayEveryNs = 100'000;

// sched_setattr(2)'s argument, which the C library does not declare and whose kernel header does
// not go with the library's own.
struct SchedulingAttributes {
  uint32_t size = sizeof(SchedulingAttributes);
  uint32_t policy = SCHED_OTHER;
  uint64_t flags = 0;
  int32_t nice = 0;
  uint32_t priority = 0;
  uint64_t runtime = 0;  // the slice, in ns
  uint64_t deadline = 0;
  uint64_t period = 0;
};
static_assert(sizeof(SchedulingAttributes) == 48, "the first version of the kernel's structure");

// Taken from Linux 6.12 on; older kernels read over it.
void ask_for_slice(uint64_t slice_ns) {
  SchedulingAttributes attributes;
  attributes.nice = getpriority(PRIO_PROCESS, static_cast<id_t>(gettid()));
  attributes.runtime = slice_ns;
  syscall(SYS_sched_setattr, 0, &attributes, 0);
}

}  // namespace

void begin_thread(const std::string& name, ThreadRole role) {
  pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
  if (role == ThreadRole::kServing) return ask_for_slice(kServingSliceNs);
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kBackgroundNice);
}

bool stay_on_core(unsigned core) {
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(core, &only);
  return pthread_setaffinity_np(pthread_self(), sizeof only, &only) == 0;
}

void give_way() {
  thread_local int64_t gave_way_at = 0;
  const int64_t now = monotonic_ns();
  if (now - gave_way_at < kGiveWayEveryNs) return;
  sched_yield();
  gave_way_at = monotonic_ns();
}

}  // namespace rekindle
