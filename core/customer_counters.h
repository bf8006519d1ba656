// What the engine counts about customers as a whole, for /metrics. Relaxed reads from any thread.
#pragma once

#include <atomic>
#include <cstdint>

namespace rekindle {

struct CustomerCounters {
  std::atomic<uint64_t> changes{0};       // of customers' totals, worked off
  std::atomic<uint64_t> publications{0};  // of boundaries or models
  std::atomic<uint64_t> refits{0};
  std::atomic<uint64_t> failed_refits{0};  // too little data, or no best parameters
  std::atomic<int64_t> waiting_since_ns{
      0};  // monotonic; of the oldest change not worked off; 0: none
};

}  // namespace rekindle
