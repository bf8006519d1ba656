// The visitors of one partition that are in memory. Clean ones can be evicted (CLOCK: one that was
// touched since the hand last passed is spared once); changed ones stay until they are
// checkpointed.
//
// Those who stay when others are evicted are moved together (core/dense_heap.h), or holes of the
// sizes of those who went would outgrow what is used.
//
// Thread: the partition's shard. Owns: the visitors. Pointers stay valid until evict(), repack() or
// clear().
#pragma once

#include <absl/container/flat_hash_map.h>

#include <memory>
#include <span>
#include <vector>

#include "core/dense_heap.h"
#include "core/prefetch.h"
#include "core/visitor.h"
#include "core/visitor_row.h"

namespace rekindle {

struct CachedVisitor {
  Visitor visitor;
  [[no_unique_address]] VisitorRow row;  // what follows lies in its padding
  uint32_t bytes = 0;                    // as counted towards the cache's budget
  EventTime armed = EventTime::never();  // earliest entry in Deadlines known to exist
  uint32_t slot = 0;                     // its place among the cache's
  bool dirty = false;                    // changed since the last checkpoint began
  bool pending = false;                  // a checkpoint began and still has to encode it
  bool in_flight = false;      // encoded, and the background writer has not confirmed it yet
  bool referenced : 1 = true;  // touched since the CLOCK hand last passed
  bool misplaced : 1 = false;  // to be moved to where the heap is dense once it is not busy

  static void* operator new(size_t bytes) { return allocate_dense(bytes); }
  static void operator delete(void* block) { free_dense(block); }

  // Must stay in memory, and where it is: others point to it.
  [[nodiscard]] bool is_busy() const { return dirty || pending || in_flight; }

  // Asks the processor for this object's cache lines ahead of use.
  void prefetch() const {
    const auto* start = reinterpret_cast<const char*>(this);
    for (size_t at = 0; at < sizeof(CachedVisitor); at += 64) prefetch_line(start + at);
  }
};
static_assert(sizeof(CachedVisitor) <= 320, "the heap's next size is 384 bytes");

// A visitor is a dozen places in memory, most of them not in the processor's cache. When many are
// worked through in a known order, those a few places ahead of the next one are asked for, one step
// of pointers after the other, and many are waited for at a time instead of each. Farther ahead
// would not do: what is asked for too early has left the cache again.
//
// Call it before visitors[next] is worked on, and begin_prefetch before the first. Null ones are
// passed over.
enum class Work : uint8_t {
  kAny,
  kSave,  // reads the lists only of those whose row is written whole
};
void prefetch_ahead(std::span<const CachedVisitor* const> visitors, size_t next, Work work);
void begin_prefetch(std::span<const CachedVisitor* const> visitors, Work work);

class VisitorCache {
 public:
  [[nodiscard]] CachedVisitor* find(VisitorKey key) {
    const auto found = x_index.find(key);
    return found == x_index.end() ? nullptr : found->second;
  }
  // Asks the processor for what find() reads, ahead of use.
  void prefetch(VisitorKey key) const { x_index.prefetch(key); }
  // REQUIRES: the key is not in the cache.
  CachedVisitor& insert(VisitorKey key);
  // Counts the visitor's memory anew; call when it may have grown.
  void recount(CachedVisitor& cached);
  // Counts memory that came to the visitor since.
  void add_bytes(CachedVisitor& cached, size_t bytes) {
    cached.bytes += static_cast<uint32_t>(bytes);
    x_bytes += bytes;
  }
  // Evicts clean visitors until `bytes_wanted` are freed or the hand has gone round once. Returns
  // how many were evicted.
  size_t evict(size_t bytes_wanted);
  // Moves one that evict() could not as it was busy. REQUIRES: misplaced, and it is not any more.
  void repack(CachedVisitor& cached);

  [[nodiscard]] size_t bytes() const { return x_bytes; }
  [[nodiscard]] size_t size() const { return x_index.size(); }
  template <typename Fn>
  void for_each(Fn&& fn) {
    for (auto& cached : x_slots) fn(*cached);
  }
  // Lets go of those brought in after there were `first`, unless they were changed. REQUIRES:
  // nothing was evicted since.
  void drop_clean(size_t first);
  // Visitors in the order of their places, from one on. An eviction moves the last one up.
  [[nodiscard]] std::vector<const CachedVisitor*> portion(size_t first, size_t most) const {
    std::vector<const CachedVisitor*> visitors;
    for (size_t i = first; i < x_slots.size() && visitors.size() < most; ++i) {
      visitors.push_back(x_slots[i].get());
    }
    return visitors;
  }
  // Takes one out. REQUIRES: nobody points to it any more.
  void remove(const CachedVisitor& cached);
  // The least key above this one in the cache; null: none.
  [[nodiscard]] const VisitorKey* next_above(VisitorKey key) const;
  void clear();

 private:
  static constexpr size_t kIndexBytes = 32;  // of one visitor in x_index and x_slots

  void spare(size_t place, size_t& moves_left);
  void drop(size_t place);

  absl::flat_hash_map<VisitorKey, CachedVisitor*> x_index;
  std::vector<std::unique_ptr<CachedVisitor>> x_slots;
  size_t x_hand = 0;
  size_t x_bytes = 0;
};

}  // namespace rekindle
