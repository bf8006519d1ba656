// Feeds the decider from the session log: follows every partition's stream, publishes what was
// learnt, and keeps the model with its positions in the state store. Not on the event path: a shard
// only says that there is something new.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "core/decider.h"
#include "core/log.h"
#include "core/state_store.h"

namespace rekindle {

class ModelThread {
 public:
  // `on_trouble` is told on the model's thread what failed and will be tried again; may be empty.
  ModelThread(Log& log, StateStore& store, Decider& decider, uint32_t partitions,
              std::function<void(const Error&)> on_trouble);
  ~ModelThread();  // ends the thread; saves nothing

  // Reads the saved model and learns what the log has beyond it. Before start().
  [[nodiscard]] Result<void> recover();
  void start();
  // Any thread; cheap.
  void notify();
  // Calls it on the model's thread, or here if that does not run, and returns once it is done. Any
  // thread; not from the model's own.
  void call(const std::function<void()>& task);
  // Learns all there is now, on the calling thread. REQUIRES: not started, or stopped.
  [[nodiscard]] Result<void> catch_up();
  // The last session of a partition that is in the saved model. Any thread.
  [[nodiscard]] uint64_t saved(PartitionId partition) const {
    return x_saved[to_index(partition)].load(std::memory_order_relaxed);
  }
  // Ends the thread, learns the rest and saves.
  [[nodiscard]] Result<void> stop();

 private:
  void run();
  void run_tasks(std::unique_lock<std::mutex>& lock);
  void end_thread();
  [[nodiscard]] Result<void> save();

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
  bool x_running = false;
  struct Task {
    const std::function<void()>& body;
    bool is_done = false;
  };
  std::vector<Task*> x_tasks;  // each of a caller who waits for it
  std::condition_variable x_done;
  std::thread x_thread;
};

}  // namespace rekindle
