// Hands committed changes from the shards to the io threads that have followers. Nobody follows:
// nothing is copied. An io thread that does not keep up loses copies, never changes: its followers
// have cursors and read what they miss from the change log (io/followers.h).
#pragma once

#include <concurrentqueue/concurrentqueue.h>

#include <atomic>
#include <memory>
#include <vector>

#include "core/engine.h"
#include "core/mailbox.h"

namespace rekindle::io {

// One io thread's end, with the mailbox whose bell wakes that thread. Outlives the thread, because
// shards may still ring.
class FeedTap {
 public:
  Mailbox mailbox;

  // --- the io thread
  void set_followers(size_t count) { x_followers.store(count, std::memory_order_release); }
  // The oldest copy, null when there is none.
  [[nodiscard]] std::unique_ptr<CommittedChanges> take();
  // True once after copies were dropped.
  [[nodiscard]] bool take_overflow() { return x_overflowed.exchange(false); }

  // --- the shards
  void offer(const CommittedChanges& changes);

 private:
  moodycamel::ConcurrentQueue<std::unique_ptr<CommittedChanges>> x_queue;
  std::atomic<size_t> x_followers{0};
  std::atomic<int64_t> x_bytes{0};
  std::atomic<bool> x_overflowed{false};
};

// Thread: add_tap and add_bell before publish is first called; publish from any shard.
class Feed {
 public:
  FeedTap& add_tap() {
    x_taps.push_back(std::make_unique<FeedTap>());
    return *x_taps.back();
  }
  // Rung after every commit that has changes, for who reads them from the log.
  Doorbell& add_bell() {
    x_bells.push_back(std::make_unique<Doorbell>());
    return *x_bells.back();
  }
  void publish(const CommittedChanges& changes) {
    for (auto& tap : x_taps) tap->offer(changes);
    for (auto& bell : x_bells) bell->ring();
  }

 private:
  std::vector<std::unique_ptr<Doorbell>> x_bells;
  std::vector<std::unique_ptr<FeedTap>> x_taps;
};

}  // namespace rekindle::io
