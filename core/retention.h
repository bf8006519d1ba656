// Forgets visitors who were not seen for their site's retention: once a day it looks through the
// state store for them, has their shards check and forget them as if they had been erased
// (RecordKind::kErasure; who follows the feed hears `erased`), lets the model forget them, and
// gives the space back. What of theirs is in the log leaves with the log's own retention.
//
// A record says who was forgotten, so a replay does not depend on the configured time.
//
// Thread: step() a thread of its own, or the caller's without threads; the rest any.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "core/clock.h"
#include "core/site.h"
#include "core/state_store.h"
#include "core/visitor.h"

namespace rekindle {

enum class ClockMode : uint8_t;
struct EngineConfig;
class IdentityThread;
class ModelThread;
class Shard;

[[nodiscard]] inline bool is_unseen(const Visitor& visitor, const Site& site, EventTime now) {
  return site.retention > Duration{0} && visitor.last_seen != EventTime::before_all() &&
         visitor.last_seen + site.retention <= now;
}

class Retention {
 public:
  enum class Step : uint8_t { kIdle, kWaiting, kDone };
  struct Environment {
    const EngineConfig& config;
    StateStore& store;
    const Clock& clock;
    const std::atomic<ClockMode>& clock_mode;
    const Sites& sites;
    ModelThread* model;  // may be null
    IdentityThread& identity;
    const std::function<void(const Error&)>& on_trouble;
    const std::atomic<bool>& failed;
    // Runs a function on a shard's thread and waits.
    std::function<Result<void>(size_t, const std::function<Result<void>(Shard&)>&)> on_shard;
  };
  explicit Retention(Environment environment);
  ~Retention();  // ends the thread

  void start();
  void end_thread();
  // A pass, when it is time for one, or what is left of the last one. kWaiting: for a checkpoint.
  [[nodiscard]] Result<Step> step();
  [[nodiscard]] uint64_t forgotten() const { return x_forgotten.load(); }

 private:
  [[nodiscard]] bool is_wanted() const;
  [[nodiscard]] Result<void> sweep(PartitionId partition);
  [[nodiscard]] Result<std::vector<VisitorKey>> candidates(PartitionId partition, EventTime now,
                                                           std::string& from);
  [[nodiscard]] Result<bool> forget(PartitionId partition, std::vector<VisitorKey> candidates);
  [[nodiscard]] Result<bool> are_checkpointed();
  [[nodiscard]] Result<void> give_space_back();
  void run();

  Environment x_env;
  WallTime x_next{INT64_MIN};                  // when a pass is due
  std::map<PartitionId, uint64_t> x_to_clear;  // positions that have to be checkpointed before
  std::atomic<uint64_t> x_forgotten{0};
  std::mutex x_mutex;
  std::condition_variable x_news;
  std::atomic<bool> x_stopping{false};
  std::thread x_thread;
};

}  // namespace rekindle
