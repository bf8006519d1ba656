// What an io thread counts. One writer (the io thread), read by /metrics from any thread, so an
// addition is a plain load and store.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace rekindle::io {

class Counter {
 public:
  void add(uint64_t n = 1) {
    x_value.store(x_value.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  [[nodiscard]] uint64_t get() const { return x_value.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> x_value{0};
};

// Durations in buckets that double from 16 µs to 2 s.
class LatencyHistogram {
 public:
  static constexpr size_t kBuckets = 18;
  static constexpr int64_t bound_ns(size_t bucket) { return 16'000LL << bucket; }

  void add(int64_t ns) {
    size_t bucket = 0;
    while (bucket < kBuckets && ns > bound_ns(bucket)) ++bucket;
    x_counts[bucket].add();
    x_sum_ns.add(ns > 0 ? static_cast<uint64_t>(ns) : 0);
  }
  // kBuckets: slower than all of them.
  [[nodiscard]] uint64_t count(size_t bucket) const { return x_counts[bucket].get(); }
  [[nodiscard]] uint64_t sum_ns() const { return x_sum_ns.get(); }

 private:
  std::array<Counter, kBuckets + 1> x_counts;
  Counter x_sum_ns;
};

struct IoCounters {
  Counter connections;  // accepted
  Counter connections_closed;
  Counter connections_refused;  // over limits::kConnectionsPerThreadMax
  Counter requests;
  Counter answers_2xx;
  Counter answers_4xx;
  Counter answers_5xx;
  Counter bytes_in;
  Counter bytes_out;
  Counter overloads;  // requests refused because an inbox was full
  Counter timeouts;
  Counter handshakes_failed;  // of TLS
  Counter websockets;         // opened
  Counter websockets_closed;
  Counter frames;
  Counter event_streams;  // opened
  Counter event_streams_closed;
  Counter slow_readers;  // WebSockets and event streams closed because nobody read them
  Counter changes_pushed;
  Counter feed_overflows;  // batches of changes read from the log instead of memory
  LatencyHistogram ack;    // request or frame read → its answer ready
  LatencyHistogram decide;
  LatencyHistogram push;  // change committed → handed to the socket
};

}  // namespace rekindle::io
