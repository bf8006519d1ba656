// Writes checkpoints to the state store, away from the shards: one thread, or inline without
// threads.
//
// A checkpoint may only be written once the log it stands on is safe, or a power cut could leave
// state ahead of its log: each round syncs the log once, then writes every batch that waits.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "core/log.h"
#include "core/state_store.h"

namespace rekindle {

class BackgroundWriter {
 public:
  // Called on the writer's thread when a batch is in the store, or could not be put there.
  using Done = std::function<void(const Result<void>&)>;

  // `on_trouble` is told on the writer's thread what failed and will be tried again; may be empty.
  BackgroundWriter(Log& log, StateStore& store, bool threaded,
                   std::function<void(const Error&)> on_trouble);
  ~BackgroundWriter();

  // Any thread. The number of batches that wait is bounded by the callers: one per partition.
  void write(StateBatch batch, Done done);
  // Any thread. Lets go of log records that checkpoints have made superfluous, once those
  // checkpoints are on disk. A trim that fails is tried again with the next one.
  void trim(std::vector<LogTrim> positions);
  // Waits until nothing is left.
  void drain();

 private:
  struct Job {  // a batch, or positions to trim to
    StateBatch batch;
    Done done;
    std::vector<LogTrim> trims;
  };
  void add(Job job);
  void trim_now(const Job& job);
  void run();
  void write_all(std::vector<Job>& jobs);

  Log& x_log;
  StateStore& x_store;
  const bool x_threaded;
  const std::function<void(const Error&)> x_on_trouble;
  std::mutex x_mutex;
  std::condition_variable x_changed;
  std::vector<Job> x_jobs;
  bool x_busy = false;
  bool x_stopping = false;
  std::thread x_thread;
};

}  // namespace rekindle
