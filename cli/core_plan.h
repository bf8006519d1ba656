// Which core each thread that serves stays on.
//
// Linux 6.0 and later look for an idle core when a thread wakes only while the cores that share a
// cache are not busy (SIS_UTIL: with two, up to some 60 %); from then on it goes back where it ran
// before. A shard and an event loop then share one for tens of milliseconds while the other idles.
// Where the threads that serve are as many as the cores, each is better off with one of its own;
// where there are more cores, the scheduler finds room by itself. docs/adr/0035 has measurements.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/error.h"

namespace rekindle::cli {

enum class PinThreads : uint8_t {
  kAuto,  // when the threads that serve are as many as the cores
  kOn,
  kOff,
};

// By thread; empty: anywhere. What serves nobody stays anywhere, too.
struct CorePlan {
  std::vector<unsigned> io;
  std::vector<unsigned> shards;
};

// Those a thread of this process may stay on, ascending; empty where the system does not say.
[[nodiscard]] std::vector<unsigned> usable_cores();

// Event loops take the first of the cores, where most machines handle their network's interrupts,
// shards the last. Errors: kInvalidConfiguration: kOn, and there are too few.
[[nodiscard]] Result<CorePlan> plan_cores(PinThreads wanted, const std::vector<unsigned>& usable,
                                          size_t io_threads, size_t shards);

}  // namespace rekindle::cli
