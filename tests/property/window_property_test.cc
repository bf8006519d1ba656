// Every window question against a naive recount over a plain vector of events, for random streams:
// out of order, equal times, ahead of the clock, several items, filters. And the promise of
// `until`: from now to just before it, with no event, the answer is the same; so a deadline set to
// it misses nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <set>

#include "core/window.h"

namespace rekindle {
namespace {

constexpr int64_t kMoneyScale = 100;
constexpr EventTime kStart{1'700'000'000'000};
const EventType kTypes[] = {EventType::kViewItem, EventType::kPurchase, EventType::kPageView,
                            EventType::kOfferShown, custom_type("quiz")};

class Shop {
 public:
  explicit Shop(uint64_t seed) : x_random(seed) {}

  int64_t number(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(x_random);
  }
  bool chance(int percent) { return number(0, 99) < percent; }

  Event event(EventTime at) {
    Event event;
    event.at = at;
    event.type = kTypes[number(0, 4)];
    if (chance(40)) event.value = number(-50, 50) * 100;
    if (event.type == EventType::kPurchase && chance(80)) {
      event.order_hash = static_cast<NameHash>(number(1, 12));
    }
    for (int64_t n = std::max<int64_t>(0, number(-1, 3)); n > 0; --n) {
      Item item;
      item.product_hash = static_cast<NameHash>(number(0, 60));
      item.category_hash = static_cast<NameHash>(number(0, 4));
      item.brand_hash = static_cast<NameHash>(number(0, 2));
      if (chance(50)) item.price = number(0, 30) * 100;
      item.quantity = static_cast<uint32_t>(number(0, 3));
      event.items.push_back(item);
    }
    return event;
  }

  Filter filter() {
    Filter filter;
    for (int64_t clauses = number(0, 2); clauses > 0; --clauses) {
      auto& clause = filter.clauses.emplace_back();
      for (int64_t terms = number(1, 2); terms > 0; --terms) {
        FilterTerm term;
        if (chance(70)) {
          term.item_field = static_cast<ItemField>(number(0, 2));
          term.compare = chance(70) ? Compare::kEqual : Compare::kNotEqual;
          term.name = static_cast<NameHash>(number(1, 4));
        } else {
          term.kind = FilterTerm::Kind::kAmount;
          term.amount_field = static_cast<AmountField>(number(0, 1));
          term.compare = static_cast<Compare>(number(0, 5));
          term.number_e4 = number(-3, 20) * 10'000;
        }
        clause.push_back(term);
      }
    }
    return filter;
  }

 private:
  std::mt19937_64 x_random;
};

// The same questions, answered by looking at every event there ever was.
class Naive {
 public:
  void add(const Event& event) { x_events.push_back(event); }

  template <typename Fn>
  void for_each(const WindowQuery& query, EventTime now, Fn&& fn) const {
    for (const Event& event : x_events) {
      if (!query.types.matches(event.type)) continue;
      if (event.at > now || event.at <= now - query.window) continue;
      if (query.filter != nullptr && !passes(*query.filter, event, query.money_scale)) continue;
      fn(event);
    }
  }
  int64_t count(const WindowQuery& query, EventTime now) const {
    int64_t n = 0;
    for_each(query, now, [&](const Event&) { ++n; });
    return n;
  }
  std::vector<int64_t> amounts(const WindowQuery& query, AmountField field, EventTime now) const {
    std::vector<int64_t> found;
    for_each(query, now, [&](const Event& event) {
      if (field == AmountField::kValue) {
        if (worth_of(event) != kNoMoney) found.push_back(worth_of(event));
      } else if (!event.items.empty()) {
        found.push_back(pieces_of(event));
      }
    });
    return found;
  }
  int64_t distinct(const WindowQuery& query, DistinctField field, EventTime now) const {
    std::set<NameHash> values;
    for_each(query, now, [&](const Event& event) {
      if (field == DistinctField::kOrder) values.insert(event.order_hash);
      if (field == DistinctField::kOrder) return;
      for (const Item& item : event.items) {
        values.insert(field == DistinctField::kProduct    ? item.product_hash
                      : field == DistinctField::kCategory ? item.category_hash
                                                          : item.brand_hash);
      }
    });
    values.erase(kNoName);
    return static_cast<int64_t>(values.size());
  }
  std::pair<bool, EventTime> newest(const WindowQuery& query, EventTime now) const {
    std::pair<bool, EventTime> found{false, {}};
    WindowQuery always = query;
    always.window = days(100'000);
    for_each(always, now, [&](const Event& event) {
      if (!found.first || event.at > found.second) found = {true, event.at};
    });
    return found;
  }

 private:
  std::deque<Event> x_events;
};

// Everything that can be asked with one query, as comparable numbers and the `until` of each.
std::vector<std::pair<std::vector<int64_t>, EventTime>> ask(const Timeline& timeline,
                                                            const WindowQuery& query,
                                                            EventTime now) {
  std::vector<std::pair<std::vector<int64_t>, EventTime>> answers;
  const Count n = count(timeline, query, now);
  answers.push_back({{n.value, n.exact}, n.until});
  for (const int64_t k : {1, 2, 3, 7, 40, 700}) {
    const Holds holds = count_at_least(timeline, query, k, now);
    answers.push_back({{holds.value, holds.exact}, holds.until});
  }
  for (const AmountField field : {AmountField::kValue, AmountField::kQuantity}) {
    const Amount total = sum(timeline, query, field, now);
    answers.push_back({{total.value, total.count, total.exact}, total.until});
    const Amount least = minimum(timeline, query, field, now);
    answers.push_back({{least.value, least.count > 0, least.exact}, least.until});
    const Amount most = maximum(timeline, query, field, now);
    answers.push_back({{most.value, most.count > 0, most.exact}, most.until});
  }
  for (const DistinctField field : {DistinctField::kProduct, DistinctField::kCategory,
                                    DistinctField::kBrand, DistinctField::kOrder}) {
    const Count different = distinct(timeline, query, field, now);
    answers.push_back({{different.value, different.exact}, different.until});
  }
  const Newest last = newest(timeline, query.types, query.filter, query.money_scale, now);
  answers.push_back({{last.found, last.at.ms}, last.until});
  return answers;
}

void expect_equal_to_recount(const Timeline& timeline, const Naive& naive, const WindowQuery& query,
                             EventTime now) {
  const Count n = count(timeline, query, now);
  const int64_t expected = naive.count(query, now);
  ASSERT_EQ(n.value, expected);
  ASSERT_TRUE(n.exact);
  for (const int64_t k : {0, 1, 2, 3, 7, 40, 700}) {
    ASSERT_EQ(count_at_least(timeline, query, k, now).value, expected >= k) << k;
  }
  for (const AmountField field : {AmountField::kValue, AmountField::kQuantity}) {
    const auto amounts = naive.amounts(query, field, now);
    int64_t total = 0;
    for (const int64_t amount : amounts) total += amount;
    const Amount found = sum(timeline, query, field, now);
    ASSERT_EQ(found.value, total);
    ASSERT_EQ(found.count, static_cast<int64_t>(amounts.size()));
    const Amount least = minimum(timeline, query, field, now);
    const Amount most = maximum(timeline, query, field, now);
    ASSERT_EQ(least.count > 0, !amounts.empty());
    if (amounts.empty()) continue;
    ASSERT_EQ(least.value, *std::min_element(amounts.begin(), amounts.end()));
    ASSERT_EQ(most.value, *std::max_element(amounts.begin(), amounts.end()));
  }
  for (const DistinctField field : {DistinctField::kProduct, DistinctField::kCategory,
                                    DistinctField::kBrand, DistinctField::kOrder}) {
    ASSERT_EQ(distinct(timeline, query, field, now).value, naive.distinct(query, field, now));
  }
  const Newest last = newest(timeline, query.types, query.filter, query.money_scale, now);
  const auto [found, at] = naive.newest(query, now);
  ASSERT_EQ(last.found, found);
  if (found) {
    ASSERT_EQ(last.at, at);
  }
}

void expect_until_kept(Shop& shop, const Timeline& timeline, const WindowQuery& query,
                       EventTime now) {
  const auto before = ask(timeline, query, now);
  std::vector<EventTime> instants;
  for (const auto& [values, until] : before) {
    if (until == EventTime::never()) {
      instants.push_back(now + days(shop.number(0, 800)));
      continue;
    }
    ASSERT_GT(until, now);
    instants.push_back(until - milliseconds(1));
    instants.push_back(now + milliseconds(shop.number(0, (until - now).ms - 1)));
  }
  for (const EventTime instant : instants) {
    const auto later = ask(timeline, query, instant);
    for (size_t i = 0; i < before.size(); ++i) {
      if (instant >= before[i].second) continue;
      ASSERT_EQ(later[i].first, before[i].first)
          << "answer " << i << " changed " << (instant - now).ms
          << " ms later, before its until at "
          << (before[i].second == EventTime::never() ? -1 : (before[i].second - now).ms);
    }
  }
}

WindowQuery random_query(Shop& shop, const Filter& filter) {
  WindowQuery query;
  if (shop.chance(70)) query.types.type = kTypes[shop.number(0, 4)];
  const Duration windows[] = {seconds(1), seconds(shop.number(1, 100)), minutes(30),
                              hours(5),   days(shop.number(1, 20)),     days(400)};
  query.window = windows[shop.number(0, 5)];
  if (shop.chance(60)) query.filter = &filter;
  query.money_scale = kMoneyScale;
  return query;
}

// A clock that moves in uneven steps, and events that lie before, at and up to 5 s ahead of it.
struct Stream {
  EventTime now = kStart;
  int64_t step_max;
  Event next(Shop& shop) {
    now = now + milliseconds(shop.number(0, step_max));
    const int64_t kind = shop.number(0, 9);
    if (kind == 0) return shop.event(now + milliseconds(shop.number(1, 5'000)));
    if (kind == 1) return shop.event(now - milliseconds(shop.number(0, 40 * step_max)));
    if (kind == 2) return shop.event(EventTime{now.ms / 1'000 * 1'000});
    return shop.event(now);
  }
};

TEST(WindowProperty, AnswersEqualARecountAndHoldUntilTheySaySo) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    Shop shop(seed);
    Stream stream{kStart, shop.number(0, 2) == 0 ? 300 : shop.number(1'000, 4'000'000)};
    Timeline timeline;
    Naive naive;
    const int64_t events = shop.number(1, 400);
    for (int64_t i = 0; i < events; ++i) {
      const Event event = stream.next(shop);
      ASSERT_TRUE(timeline.add(event));
      naive.add(event);
      if (!shop.chance(15)) continue;
      const Filter filter = shop.filter();
      const WindowQuery query = random_query(shop, filter);
      const EventTime now = stream.now + milliseconds(shop.chance(50) ? 0 : shop.number(0, 9'000));
      SCOPED_TRACE(testing::Message() << "seed " << seed << " event " << i);
      ASSERT_NO_FATAL_FAILURE(expect_equal_to_recount(timeline, naive, query, now));
      ASSERT_NO_FATAL_FAILURE(expect_until_kept(shop, timeline, query, now));
    }
  }
}

// Beyond the cap: thresholds whose k newest are entries stay right, an exact answer is the truth,
// and a count errs by no more than the tile that its window's edge cuts.
TEST(WindowProperty, BeyondTheCapAnswersAreRightOrSayTheyAreNot) {
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    Shop shop(seed * 977);
    Stream stream{kStart, shop.number(1'000, 120'000)};
    Timeline timeline;
    Naive naive;
    for (int64_t i = 0; i < 3'000; ++i) {
      const Event event = stream.next(shop);
      ASSERT_TRUE(timeline.add(event));
      naive.add(event);
      if (i < 1'000 || !shop.chance(2)) continue;
      SCOPED_TRACE(testing::Message() << "seed " << seed << " event " << i);
      const Filter filter = shop.filter();
      const WindowQuery query = random_query(shop, filter);
      const EventTime now = stream.now;
      const int64_t expected = naive.count(query, now);
      const Count n = count(timeline, query, now);
      if (n.exact) {
        ASSERT_EQ(n.value, expected);
      } else if (query.filter == nullptr) {
        // The cut tile is at most as wide as its tier; count what lies that near to the edge.
        const EventTime edge = now - query.window;
        WindowQuery wider = query;
        const Duration tile = query.window <= hours(3)  ? minutes(1)
                              : query.window <= days(9) ? hours(1)
                                                        : days(1);
        wider.window = query.window + tile;
        WindowQuery narrower = query;
        narrower.window = std::max(milliseconds(1), Duration{query.window.ms - tile.ms});
        ASSERT_LE(n.value, naive.count(wider, now)) << edge.ms;
        ASSERT_GE(n.value, naive.count(narrower, now));
      }
      for (const int64_t k : {1, 5, 50, 150}) {
        const Holds holds = count_at_least(timeline, query, k, now);
        if (holds.exact) {
          ASSERT_EQ(holds.value, expected >= k) << k;
        }
        const auto* const list = timeline.find(query.types.type);
        if (query.filter == nullptr && list != nullptr &&
            list->entries().size() >= static_cast<size_t>(k) + 5) {
          ASSERT_TRUE(holds.exact || expected < k);
        }
      }
      ASSERT_NO_FATAL_FAILURE(expect_until_kept(shop, timeline, query, now));
      const Newest last = newest(timeline, query.types, nullptr, kMoneyScale, now);
      WindowQuery any_item = query;
      any_item.filter = nullptr;
      const auto [found, at] = naive.newest(any_item, now);
      ASSERT_EQ(last.found, found);
      if (found) {
        ASSERT_EQ(last.at, at);
      }
    }
  }
}

std::string bytes_of(const Timeline& timeline) {
  std::string out;
  ByteWriter writer(out);
  timeline.encode(writer);
  return out;
}

// What is stored, and what happens next, never depend on whether a timeline was stored in between.
TEST(WindowProperty, StoringAndReadingBackAnywhereChangesNothing) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    Shop shop(seed * 31);
    Stream stream{kStart, 60'000};
    Timeline kept;
    Timeline stored;
    for (int64_t i = 0; i < 2'500; ++i) {
      Event event = stream.next(shop);
      for (Item& item : event.items) item.product_hash += static_cast<NameHash>(i / 20 * 7);
      ASSERT_EQ(kept.add(event), stored.add(event));
      if (!shop.chance(4)) continue;
      const std::string bytes = bytes_of(kept);
      ASSERT_EQ(bytes, bytes_of(stored)) << "seed " << seed << " event " << i;
      ByteReader reader(bytes);
      ASSERT_TRUE(stored.decode(reader));
      ASSERT_TRUE(reader.at_end());
      ASSERT_EQ(bytes, bytes_of(stored));
    }
  }
}

}  // namespace
}  // namespace rekindle
