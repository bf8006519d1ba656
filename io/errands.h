// One helper thread for what may block: clock ticks and reads from the stores. An io thread hands
// it an errand and gets it back, done, through its mailbox like any reply.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "core/mailbox.h"

namespace rekindle::io {

// run() is called on the helper thread, then on_reply() (which owns the object) on the sender's.
class Errand : public Message {
 public:
  Errand() : Message(Kind::kQuery) {}
  virtual void run() = 0;
};

// Never used on the event path, hence the lock.
class Errands {
 public:
  Errands();
  ~Errands();  // finishes what waits

  // Any thread. False when limits::kErrandsMax wait already; the errand stays the caller's.
  [[nodiscard]] bool give(Errand* errand);

 private:
  void work();
  std::mutex x_mutex;
  std::condition_variable x_wake;
  std::deque<Errand*> x_waiting;
  bool x_stop = false;
  std::thread x_thread;
};

}  // namespace rekindle::io
