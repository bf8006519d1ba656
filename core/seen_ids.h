// Ids of a visitor's newest events and orders, so that one that is sent twice counts once.
//
// Written by operators/dedupe. Thread: the visitor's shard.
#pragma once

#include "core/compact_vector.h"
#include "core/ids.h"

namespace rekindle {

// event_ids: a ring of the newest limits::kDedupeIdsMax 64-bit hashes. A duplicate is missed only
// when its original is more than that many events back; a false one needs a hash collision (512
// ids: chance 3e-17 an event).
struct SeenIds {
  CompactVector<NameHash> event_ids;  // a ring once full
  CompactVector<NameHash> orders;     // purchases' order ids, oldest first, limits::kOrdersMax
  // Not stored: 16 bits of each of event_ids, for looking through many of them fast; empty or of
  // the same size.
  CompactVector<uint16_t> marks;
  uint32_t next = 0;  // where the ring's next id goes once it is full

  [[nodiscard]] bool has_event(NameHash id);  // makes the marks of one that was read from the store
  [[nodiscard]] bool has_order(NameHash order) const;
  void add_event(NameHash id);
  void add_order(NameHash order);
  void repack() { event_ids.repack(), orders.repack(), marks.repack(); }

 private:
  void mark_all();
};

}  // namespace rekindle
