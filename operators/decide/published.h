// A value that one thread replaces while others read it: no reader ever waits for the writer, takes
// a lock or touches a shared count, and no value is destroyed under a reader.
//
// Hazard slots (Michael, "Hazard Pointers", IEEE TPDS 2004). A reader (1) loads the current pointer
// and claims a free slot by putting the pointer into it, (2) loads the current pointer again, and
// (3) starts over with the newer one if it changed. The writer (a) exchanges the current pointer,
// (b) looks at every slot, and destroys an old value only if no slot holds it.
//
// Why it is correct: steps 1, 2, a and b are sequentially consistent, so they have one order. If 2
// saw the old value, 2 came before a, hence 1 before b: the writer sees the slot and keeps the
// value. If 1 came after b, 2 came after a and sees the newer value. Emptying a slot is a release
// that b's load, or the next claim of that slot, acquires: the last read of a value happens before
// its destruction. The same address published again is no harm: it is then the current value.
//
// A read repeats only when a publish fell between 1 and 2, so reads are lock-free. With
// `kDecideReadersMax` reads in progress at once, a further one waits for a slot.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "core/limits.h"

namespace rekindle::operators {

template <typename T>
class Published {
  struct alignas(64) Slot {
    std::atomic<const T*> held{nullptr};
  };

 public:
  explicit Published(std::unique_ptr<const T> first) : x_current(first.release()) {}
  // REQUIRES: no read in progress.
  ~Published() {
    delete x_current.load();
    for (const T* old : x_retired) delete old;
  }
  Published(const Published&) = delete;
  Published& operator=(const Published&) = delete;

  // Keeps the value it saw alive. Thread: the one that made it.
  class Read {
   public:
    ~Read() { x_slot.held.store(nullptr, std::memory_order_release); }
    Read(const Read&) = delete;
    Read& operator=(const Read&) = delete;
    [[nodiscard]] const T& operator*() const { return *x_value; }
    [[nodiscard]] const T* operator->() const { return x_value; }

   private:
    friend class Published;
    Read(Slot& slot, const T* value) : x_slot(slot), x_value(value) {}
    Slot& x_slot;
    const T* x_value;
  };

  // Any thread.
  [[nodiscard]] Read read() const {
    const T* value = x_current.load();
    Slot& slot = claim(value);
    for (const T* now = x_current.load(); now != value; now = x_current.load()) {
      value = now;
      slot.held.store(value);
    }
    return Read(slot, value);
  }

  // Thread: the writer. Old values still read are destroyed by a later call, or with this object.
  void publish(std::unique_ptr<const T> next) {
    x_retired.push_back(x_current.exchange(next.release()));
    std::erase_if(x_retired, [&](const T* old) {
      for (const Slot& slot : x_slots) {
        if (slot.held.load() == old) return false;
      }
      delete old;
      return true;
    });
  }

  // How many old values wait for readers. Thread: the writer.
  [[nodiscard]] size_t retired() const { return x_retired.size(); }

 private:
  // Threads begin at different slots, so that they rarely meet.
  Slot& claim(const T* value) const {
    static thread_local const size_t first =
        std::hash<std::thread::id>{}(std::this_thread::get_id());
    for (size_t i = first;; ++i) {
      Slot& slot = x_slots[i % x_slots.size()];
      const T* expected = nullptr;
      if (slot.held.load(std::memory_order_relaxed) == nullptr &&
          slot.held.compare_exchange_strong(expected, value)) {
        return slot;
      }
    }
  }

  std::atomic<const T*> x_current;
  mutable std::array<Slot, limits::kDecideReadersMax> x_slots;
  std::vector<const T*> x_retired;
};

}  // namespace rekindle::operators
