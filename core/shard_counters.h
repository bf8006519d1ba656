// What one shard counts, for /metrics and benchmarks.
#pragma once

#include <atomic>
#include <cstdint>
#include <type_traits>

namespace rekindle {

// Written by the shard's thread only, or while nothing else runs; relaxed reads from any thread.
struct ShardCounters {
  std::atomic<uint64_t> events{0};  // applied, duplicates not included
  std::atomic<uint64_t> duplicates{0};
  std::atomic<uint64_t> collisions{0};
  std::atomic<uint64_t> batches{0};
  std::atomic<uint64_t> decisions{0};  // logged
  std::atomic<uint64_t> changes{0};
  std::atomic<uint64_t> sessions{0};
  std::atomic<uint64_t> quarantined{0};
  std::atomic<uint64_t> fires{0};        // deadlines that ran
  std::atomic<uint64_t> stale_fires{0};  // deadlines that had moved
  std::atomic<uint64_t> evaluated{0};    // visitors, for definitions that are to change
  std::atomic<uint64_t> cold_reads{0};   // visitors read back from the store
  std::atomic<uint64_t> evictions{0};
  std::atomic<uint64_t> checkpoints{0};
  std::atomic<uint64_t> commit_ns{0};  // spent in Log::append
  std::atomic<uint64_t> log_bytes{0};
  std::atomic<uint64_t> rank_crossings{0};  // customers looked at because a boundary passed them
  std::atomic<int64_t> rank_lag_ms{0};  // since when a published boundary is not reached everywhere
  std::atomic<int64_t> cache_bytes{0};
  std::atomic<int64_t> cached_visitors{0};
  std::atomic<int64_t> inbox_bytes{0};
  std::atomic<int64_t> visitors{0};         // known in total
  std::atomic<int64_t> deadline_lag_ms{0};  // of the oldest due deadline; 0: none is due
};

// With one writer no locked instruction is needed.
template <typename T>
inline void bump(std::atomic<T>& counter, std::type_identity_t<T> n = 1) {
  counter.store(counter.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
}

}  // namespace rekindle
