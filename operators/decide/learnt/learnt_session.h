// A closed session as the model keeps it: what it forgets exactly, expires, saves and learns anew
// from. Everything else the model knows is counted from these.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/event_type.h"
#include "core/ids.h"
#include "core/time.h"
#include "operators/decide/learnt/cow_vector.h"
#include "operators/decide/learnt/name_numbers.h"

namespace rekindle::operators {

using SessionSlot = uint32_t;

struct LearntLine {
  NameNumber product = kNoNumber;  // never kNoNumber in a kept session
  uint32_t category : 29 = 0;      // a NameNumber, or kNoNumber: the event gave none
  uint32_t kind : 2 = 0;           // see type()
  uint32_t is_last : 1 = 0;        // of this product in the session
  NameNumber brand = kNoNumber;    // the same
  uint32_t ms = 0;                 // after the session's start

  [[nodiscard]] EventType type() const {
    return kind == 0   ? EventType::kViewItem
           : kind == 1 ? EventType::kAddToCart
                       : EventType::kPurchase;
  }
};
static_assert(sizeof(LearntLine) == 16);

// Immutable once made. Invariants: at least one line, ascending by time; a line of a position in
// `lines` is that position in the session.
struct LearntSession {
  VisitorKey visitor;
  EventTime start;
  EventTime end;
  SessionSlot slot = 0;
  uint32_t products = 0;  // different ones
  std::vector<LearntLine> lines;

  [[nodiscard]] EventTime at(const LearntLine& line) const { return start + milliseconds(line.ms); }
  [[nodiscard]] size_t memory_bytes() const {
    return sizeof(LearntSession) + 2 * sizeof(void*) + lines.capacity() * sizeof(LearntLine);
  }
};

// The kept sessions by slot; empty slots are null.
using SessionSlots = CowVector<std::shared_ptr<const LearntSession>, 256>;

}  // namespace rekindle::operators
