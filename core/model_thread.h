// Feeds the decider from the session log: follows every partition's stream, publishes what was
// learnt, and keeps the model with its positions in the state store. Not on the event path: a shard
// only says that there is something new.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "core/decider.h"
#include "core/log.h"
#include "core/state_store.h"

namespace rekindle {

// How long news are gathered before they are learnt and published together, when the last time took
// `took`: nine times that, so that learning leaves the processor to others, from 4 ms to 2 s. A
// session was over half an hour before it is news at all; and what is published together is copied
// once, be it touched by one session or by thousands.
[[nodiscard]] std::chrono::nanoseconds model_gathers(std::chrono::nanoseconds took);

class ModelThread {
 public:
  // `on_trouble` is told on the model's thread what failed and will be tried again; may be empty.
  ModelThread(Log& log, StateStore& store, Decider& decider, uint32_t partitions,
              std::function<void(const Error&)> on_trouble);
  ~ModelThread();  // ends the thread; saves nothing

  // Reads the saved model. Before catch_up() and start(). Any thread.
  [[nodiscard]] Result<void> restore();
  // The thread first learns what the log has beyond the saved model, and publishes both: decisions
  // are without a model until then.
  void start();
  // Any thread; cheap.
  void notify();
  // Calls it here, with nobody else learning, forgetting or publishing meanwhile. Any thread.
  void call(const std::function<void()>& task);
  // Learns and publishes all there is now, on the calling thread.
  [[nodiscard]] Result<void> catch_up();
  // Sessions of a visitor up to this one are to be as if they had never been.
  struct Forgotten {
    PartitionId partition{};
    VisitorKey visitor;
    uint64_t upto = 0;
  };
  // Learns what there is, takes these sessions out again and saves: adds to `counts`, by place, how
  // many they were. Any thread; waits for the model's own.
  [[nodiscard]] Result<void> forget(std::span<const Forgotten> all, std::span<uint64_t> counts);
  // The last session of a partition that is in the saved model. Any thread.
  [[nodiscard]] uint64_t saved(PartitionId partition) const {
    return x_saved[to_index(partition)].load(std::memory_order_relaxed);
  }
  // Ends the thread, learns the rest and saves.
  [[nodiscard]] Result<void> stop();

 private:
  void run();
  void end_thread();
  // REQUIRES of these: x_learning is held.
  [[nodiscard]] Result<void> learn_new();
  [[nodiscard]] Result<void> learn_again(const Forgotten& forgotten);
  template <typename Take>
  [[nodiscard]] Result<void> read_sessions(PartitionId partition, uint64_t after, Take take);
  [[nodiscard]] Result<void> save();

  std::mutex x_learning;  // held by whoever learns, forgets, publishes or saves
  Log& x_log;
  StateStore& x_store;
  Decider& x_decider;
  const std::function<void(const Error&)> x_on_trouble;
  std::vector<uint64_t> x_seqs;                // of the last session learnt, by partition
  std::vector<std::atomic<uint64_t>> x_saved;  // … and saved
  std::atomic<bool> x_news{false};
  std::mutex x_mutex;
  std::condition_variable x_changed;
  bool x_stopping = false;
  std::thread x_thread;
};

}  // namespace rekindle
