// What a decision costs a shard, and what learning and publishing cost the model thread.
#include <benchmark/benchmark.h>

#include <random>

#include "operators/decide/decide_engine.h"

namespace {

using namespace rekindle;
using namespace rekindle::operators;

constexpr size_t kProducts = 50'000;
constexpr size_t kCategories = 500;
constexpr EventTime kStart{1'793'707'200'000};

std::string product_id(size_t i) {
  return "product-" + std::to_string(i);
}
std::string category_of(size_t i) {
  return "CATEGORY " + std::to_string(i % kCategories);
}

ProductCatalog make_catalog() {
  std::vector<Product> products(kProducts);
  for (size_t i = 0; i < kProducts; ++i) {
    products[i].id = product_id(i);
    products[i].title = "A product of the shop, number " + std::to_string(i);
    products[i].category = category_of(i);
    products[i].price = static_cast<int64_t>(i);
    products[i].available = i % 10 != 0;
  }
  return ProductCatalog(std::move(products));
}

// Few products are looked at often, most hardly ever.
size_t popular(std::mt19937& random) {
  const double u = std::uniform_real_distribution<double>(0, 1)(random);
  return std::min(kProducts - 1, static_cast<size_t>(static_cast<double>(kProducts) * u * u * u));
}

ClosedSession make_session(std::mt19937& random, EventTime at) {
  ClosedSession session;
  session.site = site_id("shop");
  for (int line = 0; line < 8; ++line) {
    session.lines.push_back({line == 7 ? EventType::kPurchase : EventType::kViewItem, at,
                             item_name_hash(product_id(popular(random))), kNoName, kNoName});
  }
  return session;
}

std::unique_ptr<Decider> make_learnt(size_t sessions) {
  std::vector<SiteCatalog> catalogs;
  catalogs.push_back({"shop", make_catalog()});
  auto engine = make_decide_engine({}, std::move(catalogs)).value();
  std::mt19937 random(1);
  for (size_t i = 0; i < sessions; ++i) {
    engine->learn(make_session(random, kStart + minutes(static_cast<int64_t>(i))));
  }
  engine->publish();
  return engine;
}

// `orders` purchases of five products each and as many views.
Visitor make_visitor(std::mt19937& random, size_t orders) {
  Visitor visitor;
  for (size_t i = 0; i < orders; ++i) {
    for (const EventType type : {EventType::kViewItem, EventType::kPurchase}) {
      Event event;
      event.type = type;
      event.at = kStart + hours(static_cast<int64_t>(i));
      event.items.resize(type == EventType::kPurchase ? 5 : 1);
      for (Item& item : event.items) {
        item.product_hash = item_name_hash(product_id(popular(random)));
      }
      visitor.timeline.add(event);
    }
  }
  return visitor;
}

// Argument: orders of the visitor, five products each.
void decide(benchmark::State& state) {
  static const std::unique_ptr<Decider> engine = make_learnt(100'000);
  std::mt19937 random(2);
  std::vector<Visitor> visitors;
  for (int i = 0; i < 64; ++i) {
    visitors.push_back(make_visitor(random, static_cast<size_t>(state.range(0))));
  }
  Site site;
  site.id = site_id("shop");
  site.currency = *Currency::parse("EUR");
  const DecideRequest request;
  size_t next = 0;
  size_t offers = 0;
  for (auto _ : state) {
    const Decision decision =
        engine->decide(request, site, &visitors[next++ % visitors.size()], kStart + days(365));
    offers += decision.offers.size();
    benchmark::DoNotOptimize(decision);
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["offers"] = static_cast<double>(offers) / static_cast<double>(state.iterations());
}
BENCHMARK(decide)->Arg(1)->Arg(10)->Arg(100)->Arg(500);

void learn_session(benchmark::State& state) {
  const auto engine = make_learnt(10'000);
  std::mt19937 random(3);
  std::vector<ClosedSession> sessions;
  for (int i = 0; i < 1'000; ++i) sessions.push_back(make_session(random, kStart + days(30)));
  size_t next = 0;
  for (auto _ : state) engine->learn(sessions[next++ % sessions.size()]);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(learn_session);

// Argument: sessions learnt between two publishes.
void publish(benchmark::State& state) {
  const auto engine = make_learnt(100'000);
  std::mt19937 random(4);
  for (auto _ : state) {
    state.PauseTiming();
    for (int64_t i = 0; i < state.range(0); ++i) {
      engine->learn(make_session(random, kStart + days(80)));
    }
    state.ResumeTiming();
    engine->publish();
  }
}
BENCHMARK(publish)->Arg(1)->Arg(100);

}  // namespace

BENCHMARK_MAIN();
