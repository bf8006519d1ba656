#include "core/visitor_cache.h"

#include "core/assert.h"

namespace rekindle {

CachedVisitor& VisitorCache::insert(VisitorKey key) {
  x_slots.push_back(std::make_unique<CachedVisitor>());
  CachedVisitor& cached = *x_slots.back();
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
  for (size_t looked = x_slots.size(); looked > 0 && x_bytes > target; --looked) {
    if (x_hand >= x_slots.size()) x_hand = 0;
    CachedVisitor& cached = *x_slots[x_hand];
    const bool busy = cached.dirty || cached.pending || cached.in_flight;
    if (busy || cached.referenced) {
      cached.referenced = false;
      ++x_hand;
      continue;
    }
    x_bytes -= cached.bytes;
    x_index.erase(cached.visitor.key);
    x_slots[x_hand] = std::move(x_slots.back());
    x_slots.pop_back();
    ++evicted;
  }
  return evicted;
}

void VisitorCache::clear() {
  x_index.clear();
  x_slots.clear();
  x_hand = 0;
  x_bytes = 0;
}

}  // namespace rekindle
