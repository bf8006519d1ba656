// Sums that all visitors share: what is held of a budget or of a product's stock, and what was
// counted of every offer. Each partition keeps its own part, a function of its log; this is the sum
// of all partitions' parts, made again from them at every start.
//
// A decision takes from a budget here before it is committed, so two shards can never take the same
// money; everything else is added after the commit, so what was given back is free only once the
// log has it. Together: nothing is ever overspent, also across kill -9.
//
// Thread: any, lock-free. Bounded: three quarters of limits::kTalliesMax keys; over it nothing is
// taken for others, and what is only counted is lost here (the partitions still have it).
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "core/limits.h"

namespace rekindle {

class Tallies {
 public:
  Tallies();
  // False: there is no room for another key.
  bool add(uint64_t key, int64_t amount);
  enum class Taken : uint8_t { kTaken, kTooMuch, kFull };
  // Adds `amount` unless the sum would then be over `most`.
  [[nodiscard]] Taken try_take(uint64_t key, int64_t amount, int64_t most);
  [[nodiscard]] int64_t read(uint64_t key) const;

 private:
  struct Slot {
    std::atomic<uint64_t> key{0};  // 0: free; never changes once it is another
    std::atomic<int64_t> sum{0};
  };
  static_assert((limits::kTalliesMax & (limits::kTalliesMax - 1)) == 0);

  // The key's slot, taken for it when it has none; null: there is no room.
  [[nodiscard]] Slot* slot_for(uint64_t key);

  // A quarter stays free, so that looking for a key ends soon.
  static constexpr size_t kKeysMax = limits::kTalliesMax / 4 * 3;

  std::unique_ptr<Slot[]> x_slots;
  std::atomic<size_t> x_keys{0};
};

}  // namespace rekindle
