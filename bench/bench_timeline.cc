// A visitor's timeline: adding an event, asking windows of it, storing it and reading it back; at
// 10 entries (most visitors) and at the cap (those that send half of all events).
#include <benchmark/benchmark.h>

#include <string>

#include "core/visitor_format.h"
#include "core/window.h"

namespace rekindle {
namespace {

constexpr EventTime kStart{1'700'000'000'000};
constexpr EventType kTypes[] = {EventType::kViewItem, EventType::kPageView, EventType::kAddToCart,
                                EventType::kSearch};

// Four types, one product out of 300 in one of 12 categories, 40 s apart.
class Traffic {
 public:
  const Event& next() {
    x_at = x_at + seconds(40);
    x_random = x_random * 6'364'136'223'846'793'005u + 1'442'695'040'888'963'407u;
    x_event.at = x_at;
    x_event.type = kTypes[(x_random >> 60) % 8 < 5 ? 0 : (x_random >> 60) % 4];
    const uint64_t product = (x_random >> 33) % 300 + 1;
    x_event.items.resize(1);
    x_event.items[0].product_hash = product * 0x9e3779b97f4a7c15 & kItemNameMask;
    x_event.items[0].category_hash = product % 12 + 1;
    x_event.items[0].price = static_cast<int64_t>(product * 100);
    return x_event;
  }
  [[nodiscard]] EventTime now() const { return x_at; }

 private:
  EventTime x_at = kStart;
  uint64_t x_random = 1;
  Event x_event;
};

WindowQuery query_of(EventType type, Duration window, const Filter* filter = nullptr) {
  WindowQuery query;
  query.types.type = type;
  query.window = window;
  query.filter = filter;
  return query;
}

Filter category(NameHash name) {
  FilterTerm term;
  term.item_field = ItemField::kCategory;
  term.name = name;
  return {{{term}}};
}

void fill(Visitor& visitor, Traffic& traffic, int64_t entries) {
  visitor.name = "visitor-000001";
  visitor.first_seen = kStart;
  for (int64_t i = 0; i < entries; ++i) {
    benchmark::DoNotOptimize(visitor.timeline.add(traffic.next()));
    visitor.seen.event_ids.push_back(static_cast<NameHash>(i + 1) * 0x9e3779b97f4a7c15);
    if (visitor.seen.event_ids.size() == limits::kDedupeIdsMax) visitor.seen.event_ids.pop_back();
  }
  visitor.last_seen = traffic.now();
  visitor.lifetime.events = entries;
}

void add_at_the_cap(benchmark::State& state) {
  Visitor visitor;
  Traffic traffic;
  fill(visitor, traffic, 3'000);
  for (auto _ : state) benchmark::DoNotOptimize(visitor.timeline.add(traffic.next()));
}
BENCHMARK(add_at_the_cap);

void add_ten_to_a_new_timeline(benchmark::State& state) {
  Traffic traffic;
  for (auto _ : state) {
    Timeline timeline;
    for (int i = 0; i < 10; ++i) benchmark::DoNotOptimize(timeline.add(traffic.next()));
  }
  state.SetItemsProcessed(state.iterations() * 10);
}
BENCHMARK(add_ten_to_a_new_timeline);

template <typename Ask>
void ask(benchmark::State& state, Ask&& ask_once) {
  Visitor visitor;
  Traffic traffic;
  fill(visitor, traffic, state.range(0) == 10 ? 10 : 3'000);
  for (auto _ : state) benchmark::DoNotOptimize(ask_once(visitor.timeline, traffic.now()));
}

void count_type(benchmark::State& state) {
  ask(state, [query = query_of(EventType::kViewItem, hours(2))](const auto& timeline, auto now) {
    return count(timeline, query, now);
  });
}
BENCHMARK(count_type)->Arg(10)->Arg(1024);

void count_any_at_least_5(benchmark::State& state) {
  ask(state, [query = query_of(EventType::kNone, hours(2))](const auto& timeline, auto now) {
    return count_at_least(timeline, query, 5, now);
  });
}
BENCHMARK(count_any_at_least_5)->Arg(10)->Arg(1024);

void count_category_at_least_2(benchmark::State& state) {
  const Filter filter = category(3);
  ask(state,
      [query = query_of(EventType::kViewItem, days(7), &filter)](const auto& timeline, auto now) {
        return count_at_least(timeline, query, 2, now);
      });
}
BENCHMARK(count_category_at_least_2)->Arg(10)->Arg(1024);

void count_category_that_never_matches(benchmark::State& state) {
  const Filter filter = category(99);
  ask(state,
      [query = query_of(EventType::kViewItem, days(7), &filter)](const auto& timeline, auto now) {
        return count_at_least(timeline, query, 2, now);
      });
}
BENCHMARK(count_category_that_never_matches)->Arg(10)->Arg(1024);

void sum_value(benchmark::State& state) {
  ask(state, [query = query_of(EventType::kViewItem, days(7))](const auto& timeline, auto now) {
    return sum(timeline, query, AmountField::kValue, now);
  });
}
BENCHMARK(sum_value)->Arg(10)->Arg(1024);

void distinct_products(benchmark::State& state) {
  ask(state, [query = query_of(EventType::kViewItem, days(7))](const auto& timeline, auto now) {
    return distinct(timeline, query, DistinctField::kProduct, now);
  });
}
BENCHMARK(distinct_products)->Arg(10)->Arg(1024);

void newest_of_type(benchmark::State& state) {
  ask(state, [](const auto& timeline, auto now) {
    return newest(timeline, {EventType::kAddToCart}, nullptr, 100, now);
  });
}
BENCHMARK(newest_of_type)->Arg(10)->Arg(1024);

void encode(benchmark::State& state) {
  Visitor visitor;
  Traffic traffic;
  fill(visitor, traffic, state.range(0));
  std::string bytes;
  for (auto _ : state) {
    bytes.clear();
    encode_visitor(visitor, bytes);
    benchmark::DoNotOptimize(bytes.data());
  }
  state.counters["stored_bytes"] = static_cast<double>(bytes.size());
  state.counters["memory_bytes"] = static_cast<double>(visitor.memory_bytes());
}
BENCHMARK(encode)->Arg(1)->Arg(3)->Arg(6)->Arg(10)->Arg(1024);

void decode(benchmark::State& state) {
  Visitor visitor;
  Traffic traffic;
  fill(visitor, traffic, state.range(0));
  std::string bytes;
  encode_visitor(visitor, bytes);
  for (auto _ : state) {
    Visitor read;
    benchmark::DoNotOptimize(decode_visitor(bytes, read).has_value());
  }
}
BENCHMARK(decode)->Arg(1)->Arg(6)->Arg(10)->Arg(1024);

}  // namespace
}  // namespace rekindle

BENCHMARK_MAIN();
