// Follows the claims of all partitions and keeps the identity book with them. Not on the event
// path: a shard only says that there is something new. What is decided is stored before it can be
// seen; a kill repeats nothing and loses nothing, for how far it followed is in the same write.
//
// Thread: open() and stop() the engine's; run() its own, or step() the caller's without threads;
// the rest any.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "core/clock.h"
#include "core/identity_book.h"
#include "core/log.h"

namespace rekindle {

class IdentityThread {
 public:
  IdentityThread(Log& log, StateStore& store, const Clock& clock, const IdentityConfig& config,
                 uint32_t partitions, std::function<void(const Error&)> on_trouble);
  ~IdentityThread();  // ends the thread

  // Called, on the thread that decided, when persons may have changed. Before open().
  void tell_of_persons(std::function<void()> told) { x_on_persons = std::move(told); }

  [[nodiscard]] Result<void> open();
  void start();
  void notify();  // any thread; cheap
  // Decides on all there is now. True when there was something.
  [[nodiscard]] Result<bool> step();
  // Returns when all there is now is decided. Any thread.
  [[nodiscard]] Result<void> catch_up();
  // Ends the thread, and decides on the rest.
  [[nodiscard]] Result<void> stop();
  void end_thread();

  // The last claim of a partition that is decided and stored.
  [[nodiscard]] uint64_t followed(PartitionId partition) const {
    return x_followed[to_index(partition)].load(std::memory_order_relaxed);
  }
  [[nodiscard]] IdentityBook::Counts counts() const;  // of what is stored
  // Who is one person with whom, as it is stored. Any thread.
  [[nodiscard]] const Companions& companions() const { return x_book.companions(); }
  [[nodiscard]] Companions& companions() { return x_book.companions(); }

  // Each as IdentityBook's. What changes something first decides on what there is.
  [[nodiscard]] Result<std::optional<Person>> find(SiteId site, std::string_view text);
  [[nodiscard]] Result<std::vector<IdentityDecision>> journal(uint64_t after, size_t most,
                                                              std::optional<SiteId> site);
  // Another site's decision is not found.
  [[nodiscard]] Result<void> unmerge(SiteId site, uint64_t decision);
  [[nodiscard]] Result<uint64_t> unmerge(SiteId site, std::string_view visitor);
  [[nodiscard]] Result<void> forget(std::span<IdentityBook::Forgotten> all);

 private:
  // REQUIRES of these: x_working is held.
  [[nodiscard]] Result<bool> follow();
  [[nodiscard]] Result<bool> follow_some();
  [[nodiscard]] Result<size_t> take_some(PartitionId partition, size_t most);
  [[nodiscard]] Result<void> commit();
  [[nodiscard]] Error give_up(const Error& error);
  template <typename Change>
  [[nodiscard]] Result<void> change(Change change_book);
  void publish();
  void run();

  Log& x_log;
  const Clock& x_clock;
  const std::function<void(const Error&)> x_on_trouble;
  std::function<void()> x_on_persons;  // may be empty
  std::mutex x_working;                // held by whoever uses the book
  IdentityBook x_book;
  std::vector<std::atomic<uint64_t>> x_followed;
  IdentityBook::Counts x_counts;  // of what is stored; under x_mutex
  std::atomic<bool> x_news{true};
  mutable std::mutex x_mutex;
  std::condition_variable x_changed;
  bool x_stopping = false;
  std::thread x_thread;
};

}  // namespace rekindle
