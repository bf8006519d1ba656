#include "core/visitor_cache.h"

#include <gtest/gtest.h>

namespace rekindle {
namespace {

VisitorKey key(uint64_t n) {
  return {n, n};
}

TEST(VisitorCache, EvictsOnlyCleanVisitorsThatWereNotTouchedLately) {
  VisitorCache cache;
  for (uint64_t n = 0; n < 100; ++n) cache.insert(key(n));
  for (uint64_t n = 0; n < 100; ++n) {
    CachedVisitor& cached = *cache.find(key(n));
    cached.dirty = n % 4 == 0;
    cached.pending = n % 4 == 1;
    cached.in_flight = n % 4 == 2;
  }
  EXPECT_EQ(cache.evict(SIZE_MAX), 0u);  // the hand's first round only forgets touches
  cache.find(key(3))->referenced = true;
  EXPECT_EQ(cache.evict(SIZE_MAX), 24u);
  EXPECT_NE(cache.find(key(3)), nullptr);
  EXPECT_EQ(cache.find(key(7)), nullptr);
  EXPECT_EQ(cache.size(), 76u);
}

TEST(VisitorCache, StopsWhenEnoughIsFreed) {
  VisitorCache cache;
  for (uint64_t n = 0; n < 100; ++n) cache.insert(key(n)).referenced = false;
  const size_t before = cache.bytes();
  const size_t each = before / 100;
  EXPECT_EQ(cache.evict(3 * each), 3u);
  EXPECT_EQ(cache.bytes(), before - 3 * each);
}

TEST(VisitorCache, CountsGrowth) {
  VisitorCache cache;
  CachedVisitor& cached = cache.insert(key(1));
  const size_t before = cache.bytes();
  cached.visitor.name.assign(100, 'x');
  cache.recount(cached);
  EXPECT_GE(cache.bytes(), before + 80);
  cached.referenced = false;
  EXPECT_EQ(cache.evict(1), 1u);
  EXPECT_EQ(cache.bytes(), 0u);
}

TEST(VisitorCache, CountsWhatARowsAdditionsTakeUntilItIsSaved) {
  VisitorCache cache;
  CachedVisitor& cached = cache.insert(key(1));
  cached.row = VisitorRow({.whole = 1'000, .appended = 0, .appends = 0});
  Event event;
  event.type = EventType::kViewItem;
  event.event_id = NameHash{7};
  event.is_remembered = true;
  std::string scratch;
  const size_t before = cache.bytes();
  cache.add_bytes(cached, cached.row.note(event, scratch));
  const size_t grown = cache.bytes();
  EXPECT_GE(grown, before + 100);
  cache.add_bytes(cached, cached.row.note(event, scratch));  // there is room for it
  EXPECT_EQ(cache.bytes(), grown);
  scratch.clear();
  EXPECT_TRUE(cached.row.save(cached.visitor, scratch));
  cache.recount(cached);
  EXPECT_EQ(cache.bytes(), before);
}

}  // namespace
}  // namespace rekindle
