// The visitors of one partition that are in memory. Clean ones can be evicted (CLOCK: one that was
// touched since the hand last passed is spared once); changed ones stay until they are
// checkpointed.
//
// Thread: the partition's shard. Owns: the visitors. Pointers stay valid until evict() or clear().
#pragma once

#include <absl/container/flat_hash_map.h>

#include <memory>
#include <vector>

#include "core/visitor.h"

namespace rekindle {

struct CachedVisitor {
  Visitor visitor;
  EventTime armed = EventTime::never();  // earliest entry in Deadlines known to exist
  uint32_t bytes = 0;                    // as counted towards the cache's budget
  bool dirty = false;                    // changed since the last checkpoint began
  bool pending = false;                  // a checkpoint began and still has to encode it
  bool in_flight = false;  // encoded, and the background writer has not confirmed it yet
  bool referenced = true;  // touched since the CLOCK hand last passed

  // Asks the processor for this object's cache lines ahead of use.
  void prefetch() const {
    const auto* start = reinterpret_cast<const char*>(this);
    for (size_t at = 0; at < sizeof(CachedVisitor); at += 64) __builtin_prefetch(start + at);
  }
};

class VisitorCache {
 public:
  [[nodiscard]] CachedVisitor* find(VisitorKey key) {
    const auto found = x_index.find(key);
    return found == x_index.end() ? nullptr : found->second;
  }
  // REQUIRES: the key is not in the cache.
  CachedVisitor& insert(VisitorKey key);
  // Counts the visitor's memory anew; call when it may have grown.
  void recount(CachedVisitor& cached);
  // Evicts clean visitors until `bytes_wanted` are freed or the hand has gone round once. Returns
  // how many were evicted.
  size_t evict(size_t bytes_wanted);

  [[nodiscard]] size_t bytes() const { return x_bytes; }
  [[nodiscard]] size_t size() const { return x_index.size(); }
  template <typename Fn>
  void for_each(Fn&& fn) {
    for (auto& cached : x_slots) fn(*cached);
  }
  void clear();

 private:
  static constexpr size_t kIndexBytes = 32;  // of one visitor in x_index and x_slots

  absl::flat_hash_map<VisitorKey, CachedVisitor*> x_index;
  std::vector<std::unique_ptr<CachedVisitor>> x_slots;
  size_t x_hand = 0;
  size_t x_bytes = 0;
};

}  // namespace rekindle
