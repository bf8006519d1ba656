#include "core/tallies.h"

#include "core/assert.h"

namespace rekindle {

Tallies::Tallies() : x_slots(std::make_unique<Slot[]>(limits::kTalliesMax)) {}

Tallies::Slot* Tallies::slot_for(uint64_t key) {
  RK_ASSERT(key != 0);
  for (size_t step = 0; step < limits::kTalliesMax; ++step) {
    Slot& slot = x_slots[(key + step) & (limits::kTalliesMax - 1)];
    uint64_t found = slot.key.load(std::memory_order_acquire);
    if (found == key) return &slot;
    if (found != 0) continue;
    if (x_keys.load(std::memory_order_relaxed) >= kKeysMax) return nullptr;
    if (slot.key.compare_exchange_strong(found, key)) {
      x_keys.fetch_add(1, std::memory_order_relaxed);
      return &slot;
    }
    if (found == key) return &slot;
  }
  return nullptr;
}

bool Tallies::add(uint64_t key, int64_t amount) {
  Slot* const slot = slot_for(key);
  if (slot != nullptr) slot->sum.fetch_add(amount);
  return slot != nullptr;
}

Tallies::Taken Tallies::try_take(uint64_t key, int64_t amount, int64_t most) {
  Slot* const slot = slot_for(key);
  if (slot == nullptr) return Taken::kFull;
  int64_t sum = slot->sum.load();
  do {
    if (amount > most - sum) return Taken::kTooMuch;
  } while (!slot->sum.compare_exchange_weak(sum, sum + amount));
  return Taken::kTaken;
}

int64_t Tallies::read(uint64_t key) const {
  for (size_t step = 0; step < limits::kTalliesMax; ++step) {
    const Slot& slot = x_slots[(key + step) & (limits::kTalliesMax - 1)];
    const uint64_t found = slot.key.load(std::memory_order_acquire);
    if (found == key) return slot.sum.load();
    if (found == 0) return 0;
  }
  return 0;
}

}  // namespace rekindle
