#include "core/visitor_cache.h"

#include <algorithm>

#include "core/assert.h"
#include "core/prefetch.h"

namespace rekindle {
namespace {

constexpr size_t kMembershipBytes = 256;  // most visitors' memberships lie within these
constexpr size_t kStep = 6;               // visitors between one step of pointers and the next
constexpr size_t kSteps = 5;
constexpr size_t kMovesMax = 64;  // visitors an eviction moves at most: some 0.1 ms

// What operators/dedupe will look at: the ids, or all their marks and the id that is replaced.
void prefetch_ids(const SeenIds& seen) {
  if (seen.marks.empty()) return seen.event_ids.prefetch_rest(SIZE_MAX);
  seen.marks.prefetch_rest(SIZE_MAX);
  const size_t next = std::min<size_t>(seen.next, seen.event_ids.size() - 1);
  prefetch_line(seen.event_ids.data() + next);
}

void prefetch_appended(const CachedVisitor& cached, size_t steps_left) {
  const Visitor& visitor = cached.visitor;
  switch (steps_left) {
    case 4:
      visitor.memberships.prefetch();
      visitor.cart.lines.prefetch();
      return cached.row.prefetch();
    case 3: return visitor.memberships.prefetch_rest(kMembershipBytes);
    default: return;
  }
}

void prefetch_step(const CachedVisitor& cached, size_t steps_left, Work work) {
  if (steps_left == kSteps) return cached.prefetch();
  if (work == Work::kSave && cached.row.may_append()) return prefetch_appended(cached, steps_left);
  const Visitor& visitor = cached.visitor;
  switch (steps_left) {
    case 4: cached.row.prefetch(); return visitor.prefetch_arrays();
    case 3:
      prefetch_ids(visitor.seen);
      visitor.timeline.prefetch_all_lists();
      return visitor.memberships.prefetch_rest(kMembershipBytes);
    case 2: return visitor.timeline.prefetch_entries();
    default: return visitor.timeline.prefetch_newest();
  }
}

}  // namespace

void prefetch_ahead(std::span<const CachedVisitor* const> visitors, size_t next, Work work) {
  for (size_t steps = kSteps; steps > 0; --steps) {
    const size_t index = next + steps * kStep;
    if (index >= visitors.size() || visitors[index] == nullptr) continue;
    prefetch_step(*visitors[index], steps, work);
  }
}

// The steps that would have been taken before the first visitor.
void begin_prefetch(std::span<const CachedVisitor* const> visitors, Work work) {
  for (size_t steps = kSteps; steps > 0; --steps) {
    const size_t end = std::min(steps * kStep, visitors.size());
    for (size_t index = 0; index < end; ++index) {
      if (visitors[index] != nullptr) prefetch_step(*visitors[index], steps, work);
    }
  }
}

CachedVisitor& VisitorCache::insert(VisitorKey key) {
  x_slots.push_back(std::make_unique<CachedVisitor>());
  CachedVisitor& cached = *x_slots.back();
  cached.slot = static_cast<uint32_t>(x_slots.size() - 1);
  cached.visitor.key = key;
  RK_ASSERT(x_index.emplace(key, &cached).second);
  recount(cached);
  return cached;
}

void VisitorCache::recount(CachedVisitor& cached) {
  x_bytes -= cached.bytes;
  cached.bytes = static_cast<uint32_t>(cached.visitor.memory_bytes() + sizeof(CachedVisitor) -
                                       sizeof(Visitor) + kIndexBytes);
  x_bytes += cached.bytes;
}

size_t VisitorCache::evict(size_t bytes_wanted) {
  const size_t target = x_bytes > bytes_wanted ? x_bytes - bytes_wanted : 0;
  size_t evicted = 0;
  size_t moves_left = kMovesMax;
  for (size_t looked = x_slots.size(); looked > 0 && x_bytes > target; --looked) {
    if (x_hand >= x_slots.size()) x_hand = 0;
    CachedVisitor& cached = *x_slots[x_hand];
    if (cached.is_busy() || cached.referenced) {
      spare(x_hand++, moves_left);
      continue;
    }
    drop(x_hand);
    ++evicted;
  }
  return evicted;
}

void VisitorCache::spare(size_t place, size_t& moves_left) {
  CachedVisitor& cached = *x_slots[place];
  cached.referenced = false;
  if (moves_left == 0) return;
  --moves_left;
  cached.visitor.repack();
  cached.row.repack();
  cached.misplaced = true;
  if (!cached.is_busy()) repack(cached);
}

void VisitorCache::repack(CachedVisitor& cached) {
  RK_ASSERT(cached.misplaced && !cached.is_busy());
  cached.misplaced = false;
  auto moved = std::make_unique<CachedVisitor>(std::move(cached));
  x_index.find(moved->visitor.key)->second = moved.get();
  x_slots[moved->slot].swap(moved);
}

void VisitorCache::drop(size_t place) {
  x_bytes -= x_slots[place]->bytes;
  x_index.erase(x_slots[place]->visitor.key);
  x_slots[place] = std::move(x_slots.back());
  x_slots[place]->slot = static_cast<uint32_t>(place);
  x_slots.pop_back();
}

void VisitorCache::drop_clean(size_t first) {
  for (size_t place = x_slots.size(); place-- > first;) {
    if (!x_slots[place]->is_busy()) drop(place);
  }
}

void VisitorCache::remove(const CachedVisitor& cached) {
  drop(cached.slot);
}

const VisitorKey* VisitorCache::next_above(VisitorKey key) const {
  const VisitorKey* next = nullptr;
  for (const auto& [other, cached] : x_index) {
    if (other > key && (next == nullptr || other < *next)) next = &other;
  }
  return next;
}

void VisitorCache::clear() {
  x_index.clear();
  x_slots.clear();
  x_hand = 0;
  x_bytes = 0;
}

}  // namespace rekindle
