#include "core/visitor_cache.h"

#include <gtest/gtest.h>

#include "core/visitor_format.h"

// jemalloc's, if the program is linked with it.
extern "C" int mallctl(const char*, void*, size_t*, void*, size_t) __attribute__((weak));

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

void fill_lists(Visitor& visitor, size_t events) {
  Event event;
  for (size_t i = 0; i < events; ++i) {
    event.type = i % 3 == 0 ? EventType::kPurchase : EventType::kViewItem;
    event.at = EventTime{static_cast<int64_t>(i + 1)};
    visitor.timeline.add(event);
    visitor.seen.add_event(NameHash{i + 1});
  }
  visitor.name = "a name that is too long to lie in the object itself";
}

std::string bytes_of(const Visitor& visitor) {
  std::string out;
  encode_visitor(visitor, out);
  return out;
}

TEST(VisitorCache, MovesThoseWhoStayAndNothingAboutThemChanges) {
  VisitorCache cache;
  for (uint64_t n = 0; n < 50; ++n) {
    CachedVisitor& cached = cache.insert(key(n));
    fill_lists(cached.visitor, n);
    cached.dirty = n % 5 == 0;
    cached.referenced = n % 5 < 2;
    cache.recount(cached);
  }
  const CachedVisitor* const busy = cache.find(key(10));
  const CachedVisitor* const clean = cache.find(key(11));
  const std::string before = bytes_of(clean->visitor);
  const uint32_t counted = clean->bytes;
  EXPECT_EQ(cache.evict(SIZE_MAX), 30u);
  EXPECT_EQ(cache.find(key(10)), busy);  // others may point to it
  EXPECT_TRUE(busy->misplaced);
  EXPECT_NE(cache.find(key(11)), clean);
  EXPECT_FALSE(cache.find(key(11))->misplaced);
  EXPECT_EQ(bytes_of(cache.find(key(11))->visitor), before);
  cache.recount(*cache.find(key(11)));
  EXPECT_EQ(cache.find(key(11))->bytes, counted);

  const std::string of_busy = bytes_of(busy->visitor);
  cache.find(key(10))->dirty = false;
  cache.repack(*cache.find(key(10)));
  EXPECT_FALSE(cache.find(key(10))->misplaced);
  EXPECT_EQ(bytes_of(cache.find(key(10))->visitor), of_busy);
  cache.remove(*cache.find(key(10)));
  EXPECT_EQ(cache.find(key(10)), nullptr);
  EXPECT_EQ(cache.size(), 19u);
  for (uint64_t n = 0; n < 50; ++n) {
    const CachedVisitor* const cached = cache.find(key(n));
    EXPECT_EQ(cached != nullptr, n % 5 < 2 && n != 10);
    EXPECT_TRUE(cached == nullptr || cached->visitor.key == key(n));
  }
}

int64_t heap_statistic(const char* name) {
  uint64_t epoch = 1;
  size_t size = sizeof(epoch);
  EXPECT_EQ(mallctl("epoch", &epoch, &size, &epoch, size), 0);
  size_t value = 0;
  size = sizeof(value);
  EXPECT_EQ(mallctl(name, &value, &size, nullptr, 0), 0);
  return static_cast<int64_t>(value);
}

int64_t heap_holes() {
  return heap_statistic("stats.active") - heap_statistic("stats.allocated");
}

// Those who come are larger than those who went, so their holes are of the wrong size.
TEST(VisitorCache, TheHeapStaysDenseWhileVisitorsGrow) {
  if (mallctl == nullptr) GTEST_SKIP() << "skipped: another allocator";
  const int64_t holes = heap_holes();
  VisitorCache cache;
  constexpr size_t kBudget = 16 << 20;
  uint64_t random = 1;
  for (uint64_t n = 0; n < 60'000; ++n) {
    CachedVisitor& cached = cache.insert(key(n));
    fill_lists(cached.visitor, 2 + n / 2'000);
    cache.recount(cached);
    random = random * 6'364'136'223'846'793'005 + 1'442'695'040'888'963'407;
    if (CachedVisitor* const other = cache.find(key(random % (n + 1)))) other->referenced = true;
    if (cache.bytes() > kBudget) cache.evict(cache.bytes() - kBudget);
  }
  EXPECT_GT(cache.size(), 5'000u);
  EXPECT_LT(heap_holes() - holes, int64_t{kBudget / 5});
}

}  // namespace
}  // namespace rekindle
