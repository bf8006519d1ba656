// How long it takes from received bytes to the record in a parcel: parsing, checks, time, money.
#include <benchmark/benchmark.h>

#include <string>

#include "io/decoders/json_events.h"
#include "io/decoders/pixel.h"

namespace rekindle::io {
namespace {

class ReusedParcel final : public Parcel {
 public:
  void on_reply() override {}
};
class OneParcel final : public ParcelSource {
 public:
  Parcel& parcel(size_t) override { return x_parcel; }
  void reset() {
    x_parcel.records.clear();
    x_parcel.events = 0;
  }

 private:
  ReusedParcel x_parcel;
};

constexpr WallTime kReceived{1'700'000'000'000};

struct Setup {
  Sites sites =
      Sites::make({Site{.name = "shop", .currency = Currency::parse("EUR").value()}}).value();
  IntakeCounters counters;
  Intake intake{IntakeSettings{sites, 64, 1, [] { return ClockMode::kWall; }}, counters};
  OneParcel parcels;

  void start() {
    parcels.reset();
    intake.start(parcels, kReceived, "bench");
  }
  void finish(benchmark::State& state, size_t events, size_t bytes) {
    if (counters.rejected != 0) state.SkipWithError("an event was rejected");
    const auto total = state.iterations() * static_cast<int64_t>(events);
    state.SetItemsProcessed(total);
    state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(bytes));
  }
};

std::string event_json(int i) {
  const std::string n = std::to_string(10'000 + i);
  return R"({"site":"shop","visitor":"2f6b9c1e-7a44-4c07-9d0e-5b1a3c)" + n +
         R"(","event_id":"01HF7Y3K9W)" + n +
         R"(","type":"add_to_cart","at":1700000000123,"sent_at":1700000000456,)"
         R"("url":"https://shop.example/products/red-running-shoes?size=42",)"
         R"("items":[{"product":"sku-)" +
         n +
         R"(","category":"shoes","brand":"acme","price":79.95,"quantity":1}],)"
         R"("value":79.95,"currency":"EUR","channel":"web"})";
}

void lines(benchmark::State& state) {
  Setup setup;
  JsonEvents json;
  const auto events = static_cast<size_t>(state.range(0));
  std::string body;
  for (size_t i = 0; i < events; ++i) body += event_json(static_cast<int>(i)) + "\n";
  body.reserve(body.size() + kJsonPaddingBytes);
  for (auto _ : state) {
    setup.start();
    if (!json.decode(body, setup.intake)) state.SkipWithError("not readable");
  }
  setup.finish(state, events, body.size());
}
BENCHMARK(lines)->Name("decode.ndjson")->Arg(1)->Arg(64)->Arg(1'000);

void array(benchmark::State& state) {
  Setup setup;
  JsonEvents json;
  const auto events = static_cast<size_t>(state.range(0));
  std::string body = "[";
  for (size_t i = 0; i < events; ++i) body += event_json(static_cast<int>(i)) + ",";
  body.back() = ']';
  for (auto _ : state) {
    setup.start();
    if (!json.decode(body, setup.intake)) state.SkipWithError("not readable");
  }
  setup.finish(state, events, body.size());
}
BENCHMARK(array)->Name("decode.array")->Arg(1)->Arg(64)->Arg(1'000);

void pixel(benchmark::State& state) {
  Setup setup;
  PixelDecoder decoder;
  const std::string query =
      "s=shop&e=add_to_cart&v=2f6b9c1e-7a44-4c07-9d0e-5b1a3c10001&id=01HF7Y3K9W10001"
      "&t=1700000000123&st=1700000000456&u=https%3A%2F%2Fshop.example%2Fproducts%2Fred-shoes"
      "&val=79.95&cur=EUR&i=sku-10001~shoes~acme~79.95~1";
  for (auto _ : state) {
    setup.start();
    decoder.decode(query, setup.intake);
  }
  setup.finish(state, 1, query.size());
}
BENCHMARK(pixel)->Name("decode.pixel");

}  // namespace
}  // namespace rekindle::io

BENCHMARK_MAIN();
