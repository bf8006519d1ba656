// Where events can be watched as they come in. Every io thread tells it of every event while
// somebody watches; while nobody does, that costs the look at one number.
//
// Thread: any; is_watched() lock-free, the rest under a lock. Bounds: limits::kDebugStreamsMax
// watchers, limits::kDebugQueueBytesMax of text that waits for one; over it events are left out,
// and counted.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"

namespace rekindle::io {

// Views valid during tell().
struct ShownEvent {
  WallTime received_at;
  std::string_view source;
  std::string_view site;
  std::string_view visitor;
  std::string_view type;
  std::string_view verdict;  // accepted, rejected, without_consent
  std::string_view reason;   // of rejected
  std::string_view detail;
  std::string_view raw;
  bool is_bot = false;
};

// Empty: all.
struct DebugFilter {
  std::string site;
  std::string visitor;
  std::string type;
  std::string source;
  std::string verdict;
  uint64_t every = 1;  // of those that pass, each so many-th
};

class DebugTap {
 public:
  class Watcher {
   public:
    explicit Watcher(DebugFilter filter) : x_filter(std::move(filter)) {}

   private:
    friend class DebugTap;
    [[nodiscard]] bool wants(const ShownEvent& event) const;
    DebugFilter x_filter;
    uint64_t x_passed = 0;
    uint64_t x_missed = 0;  // since the last take()
    std::string x_text;
  };

  [[nodiscard]] bool is_watched() const { return x_watched.load(std::memory_order_relaxed) > 0; }
  void tell(const ShownEvent& event);

  // False: there are as many as may be.
  [[nodiscard]] bool add(Watcher& watcher);
  void remove(Watcher& watcher);
  // What was told since the last time, as an event stream's text: to the end of `out`. Gives how
  // many events there was no room for.
  uint64_t take(Watcher& watcher, std::string& out);

 private:
  std::atomic<uint32_t> x_watched{0};
  std::mutex x_mutex;
  std::vector<Watcher*> x_watchers;
};

}  // namespace rekindle::io
