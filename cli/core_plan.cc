#include "cli/core_plan.h"

#include <sched.h>

#include <string>
#include <thread>

#include "core/thread_role.h"

namespace rekindle::cli {

std::vector<unsigned> usable_cores() {
  std::vector<unsigned> cores;
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return cores;
  // Each is tried, so that no thread can be refused one later.
  std::thread([&] {
    for (unsigned core = 0; core < CPU_SETSIZE; ++core) {
      if (CPU_ISSET(core, &set) && stay_on_core(core)) cores.push_back(core);
    }
  }).join();
  return cores;
}

Result<CorePlan> plan_cores(PinThreads wanted, const std::vector<unsigned>& usable,
                            size_t io_threads, size_t shards) {
  const size_t serving = io_threads + shards;
  if (wanted == PinThreads::kOff) return CorePlan{};
  if (wanted == PinThreads::kAuto && serving != usable.size()) return CorePlan{};
  if (serving > usable.size()) {
    return Error{ErrorCode::kInvalidConfiguration,
                 "engine.pin_threads is on, but of " + std::to_string(serving) +
                     " threads that serve (server.io_threads and engine.shards) each needs a core, "
                     "and this process may use " +
                     std::to_string(usable.size())};
  }
  CorePlan plan;
  plan.io.assign(usable.begin(), usable.begin() + static_cast<std::ptrdiff_t>(io_threads));
  plan.shards.assign(usable.rbegin(), usable.rbegin() + static_cast<std::ptrdiff_t>(shards));
  return plan;
}

}  // namespace rekindle::cli
