// Has each person of several visitors enter and leave audiences as one (core/voice.h).
//
// Whenever a visitor who has companions was touched, or persons changed, their person is looked at:
// what the visitors are is read, each on its shard; the first of those who are known speaks, and
// its shard is asked to look at all of them as one; the others are asked to be quiet, and who has
// no companions any more to be alone. What is so already changes nothing and is not logged, so a
// look may be repeated, and one that a kill takes away is made up for at the next start, which
// looks at everybody. Who waits for one of a person's visitors is woken when the person moved.
//
// Thread: start() and end_thread() the engine's; step() a thread of its own, or the caller's
// without threads; the rest any. No shard waits for it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "core/companions.h"
#include "core/error.h"
#include "core/voice_change.h"

namespace rekindle {

struct EngineConfig;
class Shard;

class Voices {
 public:
  struct Environment {
    const EngineConfig& config;
    Companions& companions;
    const std::function<void(const Error&)>& on_trouble;
    const std::atomic<bool>& failed;
    // Runs a function on a shard's thread and waits.
    std::function<Result<void>(size_t, const std::function<Result<void>(Shard&)>&)> on_shard;
  };
  explicit Voices(Environment environment);
  ~Voices();  // ends the thread

  void start();
  void end_thread();
  void notify();  // persons changed; cheap
  // Who has a voice and was touched, and who is new. Empties both.
  void tell(std::vector<VisitorKey>& touched, std::vector<VisitorKey>& fresh);
  // Looks at some of the persons that wait. False: none does.
  [[nodiscard]] Result<bool> step();
  // Looks at all who wait now; who comes meanwhile may still wait then.
  [[nodiscard]] Result<void> catch_up();

  [[nodiscard]] uint64_t looks() const { return x_looks.load(std::memory_order_relaxed); }
  // Visitors whose person waits to be looked at.
  [[nodiscard]] uint64_t waiting() const { return x_waiting_now.load(std::memory_order_relaxed); }

 private:
  using Person = std::vector<VisitorKey>;  // who is asked to speak first comes first
  using States = std::map<VisitorKey, std::string>;

  [[nodiscard]] Result<void> list_everybody();
  [[nodiscard]] Result<void> take_news();
  [[nodiscard]] Person take_person(VisitorKey visitor);
  [[nodiscard]] std::vector<Person> next_persons();
  [[nodiscard]] Result<void> look_at(const std::vector<Person>& persons);
  [[nodiscard]] Result<void> look_or_put_back(const std::vector<Person>& persons);
  [[nodiscard]] Result<States> read(const std::vector<Person>& persons);
  [[nodiscard]] Result<void> add_looks(const Person& person, const States& states,
                                       std::vector<std::vector<VoiceLook>>& looks);
  void owe_wakes(const std::vector<Person>& persons, const std::vector<VisitorKey>& moved);
  [[nodiscard]] Result<void> wake();
  [[nodiscard]] size_t shard_of(VisitorKey visitor) const;
  void run();

  Environment x_env;
  std::mutex x_working;  // held while a step is made; guards the next three
  std::set<VisitorKey> x_waiting;
  VisitorKey x_last;                               // of x_waiting, looked at last: they take turns
  std::vector<std::vector<VisitorKey>> x_to_wake;  // by shard: of persons who moved
  std::atomic<uint64_t> x_looks{0};
  std::atomic<uint64_t> x_waiting_now{0};
  std::mutex x_mutex;  // guards what follows
  std::vector<VisitorKey> x_touched;
  std::vector<VisitorKey> x_fresh;
  bool x_everybody = true;  // is to be looked at
  bool x_news = true;
  std::condition_variable x_changed;
  std::atomic<bool> x_stopping{false};
  std::thread x_thread;
};

}  // namespace rekindle
