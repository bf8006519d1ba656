#include "io/errands.h"

#include "core/limits.h"

namespace rekindle::io {

Errands::Errands() : x_thread([this] { work(); }) {}

Errands::~Errands() {
  {
    const std::lock_guard lock(x_mutex);
    x_stop = true;
  }
  x_wake.notify_one();
  x_thread.join();
}

bool Errands::give(Errand* errand) {
  {
    const std::lock_guard lock(x_mutex);
    if (x_waiting.size() >= limits::kErrandsMax) return false;
    x_waiting.push_back(errand);
  }
  x_wake.notify_one();
  return true;
}

void Errands::work() {
  std::unique_lock lock(x_mutex);
  for (;;) {
    x_wake.wait(lock, [this] { return x_stop || !x_waiting.empty(); });
    if (x_waiting.empty()) return;
    Errand* errand = x_waiting.front();
    x_waiting.pop_front();
    lock.unlock();
    errand->run();
    Mailbox& mailbox = *errand->sender;
    Message* message = errand;
    mailbox.deliver(&message, 1);
    mailbox.bell().ring();
    lock.lock();
  }
}

}  // namespace rekindle::io
