// Looks at all customers together, off the event path: takes what shards say about changed totals,
// keeps the rankings and the lifetime value models, and publishes where the cuts lie and new fits.
// Shards then bring them to their partitions, as records (core/partition_insights.cc).
//
// Rhythm: at most one publication in limits::kRankEveryMs, so a boundary is at most that much and
// the time of one pass behind. Bound: over limits::kCustomerChangesMax waiting changes, the shard
// that brings more does the work itself.
//
// Thread: start/stop from one; the rest as each says. Without start() catch_up() does it all.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "core/clock.h"
#include "core/customer_book.h"
#include "core/engine.h"

namespace rekindle {

// What is published: immutable for its version.
struct CustomerTargets {
  uint64_t version = 0;  // 0: nothing yet
  std::vector<CutPosition> cuts;
  std::vector<SiteModel> models;  // one a site
};

class CustomerThread {
 public:
  CustomerThread(uint32_t partitions, const Clock& clock, const std::atomic<ClockMode>& clock_mode,
                 CustomerModels* models);
  ~CustomerThread();  // ends the thread

  // --- shards (any thread)
  void want(const CustomerNeeds& needs);
  // Takes the changes; they are empty afterwards.
  void add(std::vector<CustomerChange>& changes);
  // The same, but for a shard with live traffic: false, with the changes left to the caller, when
  // that would mean to wait for the customers' thread, which steps back for shards.
  [[nodiscard]] bool offer(std::vector<CustomerChange>& changes);
  // The caller's partition has added all its customers for these views. Once a partition and view.
  void complete(CustomerViews views);
  // Whether what was wanted so far is published, as far as there is anything to publish.
  [[nodiscard]] bool has_answered() const {
    return x_answered.load(std::memory_order_acquire) == x_wanted.load(std::memory_order_acquire);
  }
  // A partition had this model when the process ended.
  void restore(SiteId site, std::string_view model);
  [[nodiscard]] uint64_t version() const { return x_version.load(std::memory_order_acquire); }
  // False when that would mean to wait; then try again later.
  [[nodiscard]] bool read(CustomerTargets& targets) const;
  // The newest of each site. Waits for whoever publishes or brings changes: not for shards.
  [[nodiscard]] std::vector<SiteModel> models() const;

  // Works off what waits and publishes if that changed anything. True when it did, or when it
  // answered. Any thread.
  bool catch_up();
  // `published` is called on the thread after each publication and answer.
  void start(std::function<void()> published);
  void stop();

  [[nodiscard]] const CustomerCounters& counters() const { return x_counters; }

 private:
  struct Waiting {
    std::vector<CustomerChange> changes;
    std::vector<CustomerViews> completed;
    CustomerNeeds needs;
    uint64_t wanted = 0;  // x_wanted with these needs
    bool any = false;
  };

  void run();
  void put(std::vector<CustomerChange>& changes, std::unique_lock<std::mutex> lock);
  bool apply_waiting();  // REQUIRES: x_book_mutex is held. False when nothing waited
  [[nodiscard]] std::vector<SiteModel> refit();
  bool publish(std::vector<CutPosition> cuts, std::vector<SiteModel> models);

  const Clock& x_clock;
  const std::atomic<ClockMode>& x_clock_mode;
  CustomerModels* x_models;  // may be null
  CustomerCounters x_counters;

  std::mutex x_book_mutex;  // taken before x_mutex
  CustomerBook x_book;
  uint64_t x_applied = 0;  // the needs that x_book knows, as x_wanted counted them

  mutable std::mutex x_mutex;
  Waiting x_waiting;
  CustomerTargets x_targets;
  std::atomic<uint64_t> x_version{0};
  std::atomic<uint64_t> x_wanted{0};    // calls of want()
  std::atomic<uint64_t> x_answered{0};  // those of them whose needs are published
  std::condition_variable x_changed;
  bool x_stopping = false;
  std::function<void()> x_published;
  std::thread x_thread;
};

}  // namespace rekindle
