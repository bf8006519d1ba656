// What a change of a catalogue costs whoever asks for it: one row, from its text to the value that
// decisions will read, in catalogues of different sizes; and making one of many rows at once.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <map>
#include <string>

#include "operators/decide/catalog/catalog_formats.h"

namespace {

using namespace rekindle;
using namespace rekindle::operators;

Site make_site() {
  Site site;
  site.name = "shop";
  site.id = site_id(site.name);
  site.currency = *Currency::parse("EUR");
  return site;
}

// 1,000 categories on two levels, 200 brands; every third product has a day of publication.
std::string rows_of(size_t products) {
  std::string rows = "id,title,category,brand,price,published\n";
  for (size_t i = 0; i < products; ++i) {
    const std::string number = std::to_string(i);
    rows += "product-" + number + ",A product of the shop with the number " + number + ",C" +
            std::to_string(i % 50) + " > D" + std::to_string(i % 1'000) + ",Brand " +
            std::to_string(i % 200) + "," + std::to_string(i % 9'973) + ".50," +
            (i % 3 == 0 ? "2026-01-0" + std::to_string(1 + i % 9) : "") + "\n";
  }
  return rows;
}

const ProductCatalog& catalog_of(size_t products) {
  static std::map<size_t, ProductCatalog> made;
  auto found = made.find(products);
  if (found == made.end()) {
    const Site site = make_site();
    CatalogBuilder builder(site);
    if (!read_catalog(rows_of(products), CatalogFormat::kCsv, builder)) std::abort();
    found = made.emplace(products, builder.finish().catalog).first;
  }
  return found->second;
}

// Argument: products.
void change_one_row(benchmark::State& state) {
  const auto products = static_cast<size_t>(state.range(0));
  const ProductCatalog& before = catalog_of(products);
  const Site site = make_site();
  size_t i = 0;
  for (auto _ : state) {
    i = (i + 7'919) % products;
    CatalogBuilder builder(site, CatalogMeaning::kChange, before, kEventTimeMin);
    const std::string row = R"({"id":"product-)" + std::to_string(i) + R"(","price":"3.50"})";
    if (!read_catalog(row, CatalogFormat::kNdjson, builder)) std::abort();
    const LoadedCatalog after = builder.finish();
    if (after.changed.size() != 1) std::abort();
    benchmark::DoNotOptimize(after.catalog.size());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(change_one_row)->Arg(20'000)->Arg(200'000)->Arg(1'000'000)->Unit(benchmark::kMicrosecond);

void read_whole(benchmark::State& state) {
  const std::string rows = rows_of(static_cast<size_t>(state.range(0)));
  const Site site = make_site();
  for (auto _ : state) {
    CatalogBuilder builder(site);
    if (!read_catalog(rows, CatalogFormat::kCsv, builder)) std::abort();
    benchmark::DoNotOptimize(builder.finish().catalog.size());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(read_whole)->Arg(200'000)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
