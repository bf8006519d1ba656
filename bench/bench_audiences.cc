// What the audiences cost an event: the thirty of configs/audiences.yaml, visitors with about
// twenty entries, a usual mix of event types.
#include <benchmark/benchmark.h>
#include <yaml-cpp/yaml.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "operators/audiences.h"

namespace rekindle {
namespace {

constexpr EventTime kNow{1'700'000'000'000};
constexpr size_t kVisitors = 4'096;

class NoEffects final : public EffectSink {
 public:
  void add_change(const Change&, VisitorNumber) override { ++changes; }
  void add_session(const ClosedSession&) override {}
  int64_t changes = 0;
};

Rules shipped_rules() {
  const auto root = std::filesystem::path(__FILE__).parent_path().parent_path();
  Rules rules;
  for (const auto& entry : YAML::LoadFile(root / "configs" / "audiences.yaml")["audiences"]) {
    rules.audiences.push_back({AudienceId{static_cast<uint16_t>(rules.audiences.size())}, 1,
                               entry.first.as<std::string>(), "", "",
                               entry.second["when"].as<std::string>()});
  }
  return rules;
}

EventType usual_type(std::mt19937_64& random) {
  const uint64_t percent = random() % 100;
  if (percent < 30) return EventType::kPageView;
  if (percent < 75) return EventType::kViewItem;
  if (percent < 84) return EventType::kSearch;
  if (percent < 93) return EventType::kAddToCart;
  if (percent < 96) return EventType::kBeginCheckout;
  return EventType::kPurchase;
}

Event usual_event(std::mt19937_64& random, EventTime at) {
  Event event;
  event.type = usual_type(random);
  event.at = at;
  if (event.type == EventType::kPageView || event.type == EventType::kSearch) return event;
  Item item;
  item.price = static_cast<int64_t>(500 + random() % 20'000);
  item.product_hash = 1 + random() % 5'000;
  item.category_hash = 1 + item.product_hash % 40;
  event.items.push_back(item);
  return event;
}

struct World {
  explicit World(size_t entries) : visitors(kVisitors) {
    site.currency = *Currency::parse("EUR");
    for (Visitor& visitor : visitors) {
      for (size_t i = 0; i < entries; ++i) {
        const auto age = static_cast<int64_t>(random() % static_cast<uint64_t>(days(60).ms));
        Event event = usual_event(random, kNow - milliseconds(age));
        visitor.timeline.add(event);
        ++visitor.lifetime.events;
        visitor.first_seen = std::min(visitor.first_seen, event.at);
        visitor.last_seen = std::max(visitor.last_seen, event.at);
      }
      visitor.lifetime.orders = static_cast<int64_t>(random() % 3);
      visitor.lifetime.purchased = visitor.lifetime.orders * 4'000;
      events.push_back(usual_event(random, kNow));
      visitor.timeline.add(events.back());
      ++visitor.lifetime.events;
    }
  }
  std::mt19937_64 random{7};
  Site site;
  std::vector<Visitor> visitors;
  std::vector<Event> events;
  NoEffects effects;
};

std::unique_ptr<operators::Audiences> shipped_audiences() {
  auto made = operators::Audiences::make(shipped_rules());
  if (!made) {
    std::fprintf(stderr, "%s\n", made.error().detail.c_str());
    std::exit(1);
  }
  return std::move(*made);
}

void on_event(benchmark::State& state) {
  World world(static_cast<size_t>(state.range(0)));
  const auto audiences = shipped_audiences();
  size_t i = 0;
  for (auto _ : state) {
    const size_t place = i++ % kVisitors;
    Context context(world.visitors[place], world.site, kNow, ChangeReason::kEvent,
                    world.events[place].type, world.effects);
    audiences->on_event(world.events[place], context);
  }
  state.SetItemsProcessed(state.iterations());
}

void on_deadline(benchmark::State& state) {
  World world(static_cast<size_t>(state.range(0)));
  const auto audiences = shipped_audiences();
  size_t i = 0;
  for (auto _ : state) {
    Visitor& visitor = world.visitors[i++ % kVisitors];
    visitor.deadline = EventTime::never();
    Context context(visitor, world.site, kNow, ChangeReason::kDeadline, EventType::kNone,
                    world.effects);
    audiences->on_deadline(context);
  }
  // Each call evaluates every audience: items a second are evaluations a second.
  state.SetItemsProcessed(state.iterations() *
                          static_cast<int64_t>(shipped_rules().audiences.size()));
}

void compile_thirty(benchmark::State& state) {
  const Rules rules = shipped_rules();
  for (auto _ : state) benchmark::DoNotOptimize(operators::Audiences::make(rules));
}

BENCHMARK(on_event)->Name("audiences.on_event")->Arg(5)->Arg(20)->Arg(200);
BENCHMARK(on_deadline)->Name("audiences.on_deadline")->Arg(20)->Arg(200);
BENCHMARK(compile_thirty)->Name("audiences.compile_30")->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace rekindle

BENCHMARK_MAIN();
