// Sessions from the oldest to the newest, whatever the order in which they came: by their end, and
// by visitor and start where that is equal, so that the order is a matter of the set alone. Used
// for the sessions that hold a product, and for all of them.
//
// Blocks of at most kBlock entries: insertion and removal move at most one block, and a copy of the
// list shares all blocks (cow_vector.h).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/limits.h"
#include "core/prefetch.h"
#include "operators/decide/learnt/learnt_session.h"

namespace rekindle::operators {

// The end in the finest steps that fit in the upper bits, so that hardly a comparison needs the
// session. Counted from 1: no bits at all is no entry.
struct RecencyEntry {
  static constexpr unsigned kSlotBits = 24;
  static constexpr int64_t kStepMs = 3;
  static_assert(limits::kLearntSessionsMax < 1u << kSlotBits);
  static_assert((kEventTimeMax.ms - kEventTimeMin.ms) / kStepMs + 1 < 1LL << (64 - kSlotBits));

  uint64_t bits = 0;
  [[nodiscard]] static RecencyEntry of(const LearntSession& session) {
    const auto since = static_cast<uint64_t>((session.end - kEventTimeMin).ms / kStepMs) + 1;
    return {since << kSlotBits | session.slot};
  }
  [[nodiscard]] SessionSlot slot() const {
    return static_cast<SessionSlot>(bits & ((1u << kSlotBits) - 1));
  }
  [[nodiscard]] uint64_t steps() const { return bits >> kSlotBits; }
  friend bool operator==(RecencyEntry, RecencyEntry) = default;
};

[[nodiscard]] bool is_older(const LearntSession& a, const LearntSession& b);
[[nodiscard]] inline bool is_older(RecencyEntry a, RecencyEntry b, const SessionSlots& sessions) {
  if (a.steps() != b.steps()) return a.steps() < b.steps();
  return a.slot() != b.slot() && is_older(*sessions[a.slot()], *sessions[b.slot()]);
}

// Thread: one writer; copies are read by any.
class RecencyList {
 public:
  // REQUIRES of both: the session is in `sessions`.
  void insert(RecencyEntry entry, const SessionSlots& sessions);
  void remove(RecencyEntry entry, const SessionSlots& sessions);

  [[nodiscard]] size_t size() const { return x_size; }
  [[nodiscard]] bool empty() const { return x_size == 0; }
  [[nodiscard]] RecencyEntry oldest() const {
    return x_blocks.front()->front();
  }  // REQUIRES: !empty
  [[nodiscard]] RecencyEntry newest() const { return x_blocks.back()->back(); }
  [[nodiscard]] size_t memory_bytes() const;

  // What insert() and remove() will wait for, asked for ahead: first where entries are, then those.
  void fetch_blocks() const {
    if (empty()) return;
    prefetch_line(x_blocks.front().get());
    prefetch_line(x_blocks.back().get());
  }
  void fetch_entries() const {
    if (empty()) return;
    prefetch_line(&x_blocks.front()->back());
    prefetch_line(&x_blocks.back()->back());
  }

  // Walks from the newest to the oldest. Valid while the list is not changed.
  class Walk {
   public:
    explicit Walk(const RecencyList& list)
        : x_block(list.x_blocks.data() + list.x_blocks.size()), x_first(list.x_blocks.data()) {
      next_block();
    }
    [[nodiscard]] bool at_end() const { return x_left == 0; }
    [[nodiscard]] RecencyEntry operator*() const { return x_entries[x_left - 1]; }
    void next() {
      if (--x_left == 0) next_block();
    }

   private:
    void next_block() {
      if (x_block == x_first) return;
      --x_block;
      x_entries = (*x_block)->data();
      x_left = (*x_block)->size();
    }
    const std::shared_ptr<std::vector<RecencyEntry>>* x_block;
    const std::shared_ptr<std::vector<RecencyEntry>>* x_first;
    const RecencyEntry* x_entries = nullptr;
    size_t x_left = 0;
  };
  [[nodiscard]] Walk newest_first() const { return Walk(*this); }

 private:
  static constexpr size_t kBlock = 128;
  using Block = std::vector<RecencyEntry>;

  // The first block whose last entry is not older; x_blocks.size() when there is none.
  [[nodiscard]] size_t block_for(RecencyEntry entry, const SessionSlots& sessions) const;

  std::vector<std::shared_ptr<Block>> x_blocks;  // none of them empty
  size_t x_size = 0;
};

}  // namespace rekindle::operators
