// Who decides which audience definitions are in force: the configuration at start, and callers
// while the engine runs. A change is accepted once it compiles and is stored; then, one step after
// the other, every partition begins with it, every visitor is evaluated, the switch is decided and
// every partition switches (core/redefinition.h). What is accepted meanwhile waits and is then
// begun together.
//
// The decision is one row of the state store: before it is written a restart goes on with the old
// definitions in force, after it every partition that has not switched does so at start.
//
// Thread: open() and stop() the engine's; step() a thread of its own, or the caller's without
// threads; everything else any.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "core/redefinition.h"
#include "core/state_store.h"

namespace rekindle {

class Shard;

// One redefinition, as the shards see it.
struct RedefinitionJob {
  Rules during;
  Rules after;
  // By shard, compiled beforehand; each shard takes its own.
  std::vector<std::pair<Operators, Operators>> operators;  // during, after
  std::atomic<bool> is_decided{false};
  std::atomic<size_t> shards_evaluated{0};
  std::atomic<size_t> shards_switched{0};
  std::atomic<uint64_t> evaluated{0};  // visitors
  std::atomic<uint64_t> to_evaluate{0};
  std::function<void()> on_progress;  // a shard is through with a step
};

// What is in force, what is being evaluated and how far that is, and what waits.
struct DefinitionsState {
  Rules rules;
  uint64_t evaluated = 0;
  uint64_t to_evaluate = 0;
  std::vector<WantedAudience> waiting;
};

class Definitions {
 public:
  using Shards = std::vector<std::unique_ptr<Shard>>;
  // Runs a function on every shard's thread and waits.
  using OnShards = std::function<Result<void>(const std::function<Result<void>(Shard&)>&)>;
  struct Environment {
    StateStore& store;
    const MakeOperators& make_operators;
    const ReferencesOf& references_of;  // may be empty: then nothing refers to anything
    const std::function<void(const Error&)>& on_trouble;
    const std::atomic<bool>& failed;
    const Shards& shards;
    OnShards on_shards;
    std::function<void(const Rules&)> on_in_force;  // rules are in force everywhere
  };
  explicit Definitions(Environment environment);
  ~Definitions();  // ends the thread

  // Brings the partitions, which have recovered, to what is stored and to the configuration.
  [[nodiscard]] Result<void> open(const std::vector<AudienceDefinition>& configuration);
  void start();
  void end_thread();
  // One step, if one can be made. Without threads: until it says false.
  [[nodiscard]] Result<bool> step();

  // Accepts a change; true unless it is so already. Blocks while it is compiled and stored.
  // Errors: kInvalidExpression, kInvalidArgument (name, length, number), kNotFound (to remove),
  // kStoreFailed.
  [[nodiscard]] Result<bool> change(const WantedAudience& wanted);
  [[nodiscard]] DefinitionsState state() const;
  [[nodiscard]] Rules rules() const;

 private:
  [[nodiscard]] Result<void> load();
  [[nodiscard]] Result<Rules> with_all_accepted() const;
  [[nodiscard]] Result<void> adopt_everywhere();
  [[nodiscard]] Result<void> store(const Rules& rules, const std::vector<WantedAudience>& waiting);
  [[nodiscard]] Result<void> check(const WantedAudience& wanted, const Rules& during) const;
  [[nodiscard]] Result<void> begin();
  [[nodiscard]] Result<void> resume();
  [[nodiscard]] Result<void> tell();
  [[nodiscard]] Result<void> decide();
  void finish();
  void run();
  void notify();

  Environment x_env;
  std::mutex x_changing;       // held while a change is accepted or a step is made
  mutable std::mutex x_mutex;  // guards what follows
  Rules x_rules;               // in force, and pending
  std::vector<WantedAudience> x_waiting;
  std::unique_ptr<RedefinitionJob> x_job;  // null: nothing is pending, or not resumed yet
  bool x_told = false;                     // every shard knows of it
  std::condition_variable x_news;
  bool x_has_news = false;
  bool x_stopping = false;
  std::thread x_thread;
};

}  // namespace rekindle
