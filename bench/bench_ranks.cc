// Ranks over a million customers: what an order costs a shard (its partition's index) and the
// thread that counts all customers, and what finding the cuts costs it.
#include <benchmark/benchmark.h>

#include <random>
#include <vector>

#include "core/customer_book.h"
#include "core/rank_index.h"

namespace rekindle {
namespace {

constexpr size_t kCustomers = 1'000'000;
constexpr size_t kInPartition = kCustomers / 64;
constexpr SiteId kSite{1};
constexpr CustomerViews kViews = view_of(RankMetric::kRevenue) | view_of(RankMetric::kOrders) |
                                 view_of(RankMetric::kAov) | view_of(RankMetric::kRecency);

Lifetime some_totals(std::mt19937_64& random) {
  Lifetime totals;
  totals.orders = 1 + static_cast<int64_t>(random() % 8) * static_cast<int64_t>(random() % 2);
  totals.purchased = totals.orders * static_cast<int64_t>(500 + random() % 20'000);
  totals.first_order = totals.last_order =
      EventTime{static_cast<int64_t>(1'700'000'000'000 + random() % 30'000'000'000)};
  return totals;
}

void order(std::mt19937_64& random, Lifetime& totals) {
  ++totals.orders;
  totals.purchased += static_cast<int64_t>(500 + random() % 20'000);
  totals.last_order = totals.last_order + milliseconds(static_cast<int64_t>(random() % 1'000'000));
}

CustomerNeeds ten_cuts() {
  CustomerNeeds needs;
  for (const uint32_t percent : {5u, 20u}) {
    needs.add({RankMetric::kRevenue, RankCut::Kind::kTop, percent * 10'000});
  }
  for (const RankMetric metric : {RankMetric::kOrders, RankMetric::kRecency}) {
    for (const uint32_t percent : {20u, 40u, 60u, 80u}) {
      needs.add({metric, RankCut::Kind::kAtLeast, percent * 10'000});
    }
  }
  return needs;
}

void index_an_order(benchmark::State& state) {
  std::mt19937_64 random(1);
  RankIndex index;
  std::vector<Lifetime> customers;
  for (size_t i = 0; i < kInPartition; ++i) {
    customers.push_back(some_totals(random));
    index.change(kSite, {i, i * 7}, {}, customers.back(), kViews);
  }
  for (auto _ : state) {
    const size_t i = random() % kInPartition;
    const Lifetime before = customers[i];
    order(random, customers[i]);
    index.change(kSite, {i, i * 7}, before, customers[i], kViews);
  }
}
BENCHMARK(index_an_order);

struct Market {
  std::mt19937_64 random{1};
  CustomerBook book{1, nullptr};
  std::vector<Lifetime> customers;
  Market() {
    book.want(ten_cuts());
    for (size_t i = 0; i < kCustomers; ++i) {
      customers.push_back(some_totals(random));
      book.change({kSite, kViews, {}, {}, customers.back()});
    }
    book.complete(kViews);
  }
};

void count_an_order(benchmark::State& state) {
  static Market market;
  for (auto _ : state) {
    const size_t i = market.random() % kCustomers;
    const Lifetime before = market.customers[i];
    order(market.random, market.customers[i]);
    market.book.change({kSite, kViews, {}, before, market.customers[i]});
  }
}
BENCHMARK(count_an_order);

void find_ten_cuts(benchmark::State& state) {
  static Market market;
  for (auto _ : state) benchmark::DoNotOptimize(market.book.cuts());
}
BENCHMARK(find_ten_cuts);

}  // namespace
}  // namespace rekindle

BENCHMARK_MAIN();
