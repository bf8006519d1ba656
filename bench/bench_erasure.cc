// What erasing a person costs: a pass over the log that rewrites what is theirs, against a cipher
// over every event under a key of its own. docs/adr/0020 weighs the two.
#include <benchmark/benchmark.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/assert.h"
#include "core/event_format.h"
#include "core/log_eraser.h"
#include "core/log_format.h"
#include "state/rocks_log.h"

namespace rekindle {
namespace {

constexpr uint64_t kVisitors = 100'000;
constexpr size_t kBatchEvents = 256;

Event event_of(uint64_t n, std::string& name, std::string& url) {
  const uint64_t visitor = n * 0x9e3779b97f4a7c15ULL % kVisitors;
  name = "visitor-" + std::to_string(visitor);
  url = "https://shop.example/products/" + std::to_string(n % 5'000) +
        "?from=list&page=" + std::to_string(n % 97) +
        "&session=" + std::to_string(n * 0x2545f4914f6cdd1dULL);
  Event event;
  event.site = site_id("shop");
  event.visitor = visitor_key(event.site, name);
  event.visitor_name = name;
  event.type = EventType::kViewItem;
  event.at = {1'700'000'000'000 + static_cast<int64_t>(n)};
  event.event_id = n + 1;
  event.url = url;
  return event;
}

// Arguments: MiB of events in the log, erasures of one pass.
void pass(benchmark::State& state) {
  std::string path = (std::filesystem::temp_directory_path() / "rekindle-bench-XXXXXX").string();
  RK_ASSERT(::mkdtemp(path.data()) != nullptr);
  auto log = state::RocksLog::open(path).value();
  const auto wanted = static_cast<size_t>(state.range(0)) * 1'024 * 1'024;
  size_t bytes = 0;
  uint64_t n = 0;
  uint64_t position = 0;
  std::string name;
  std::string url;
  while (bytes < wanted) {
    std::string record;
    append_record_header({}, record);
    for (size_t i = 0; i < kBatchEvents; ++i) {
      RK_ASSERT(append_event(event_of(n++, name, url), record));
    }
    LogBatch batch;
    batch.partitions.push_back({PartitionId{0}, ++position, record, 0, {}, 0, {}, 0, {}});
    RK_ASSERT(log->append(batch, Durability::kDurable));
    bytes += record.size();
  }
  uint64_t next = 0;
  for (auto _ : state) {
    std::vector<Erasure> erasures(static_cast<size_t>(state.range(1)));
    std::vector<Erasure*> pointers;
    for (Erasure& erasure : erasures) {
      erasure.name = "visitor-" + std::to_string(next++ * 7'919 % kVisitors);
      erasure.mark = {true,
                      true,
                      true,
                      PartitionId{0},
                      {1, visitor_key(site_id("shop"), erasure.name), {}},
                      position,
                      0,
                      0,
                      0};
      pointers.push_back(&erasure);
    }
    LogEraser eraser(pointers);
    RK_ASSERT(log->rewrite(eraser));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(bytes));
  log.reset();
  std::filesystem::remove_all(path);
}
BENCHMARK(pass)
    ->ArgNames({"mib", "erasures"})
    ->Args({256, 1})
    ->Args({256, 1'000})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

// AES-128 in counter mode over the part of a record that names or describes a person, under a key
// set up for each event, as events of one visitor seldom follow each other.
void cipher(benchmark::State& state) {
  std::string name;
  std::string url;
  std::string record;
  RK_ASSERT(append_event(event_of(1, name, url), record));
  std::vector<unsigned char> out(record.size() + 16);
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(
      EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  unsigned char key[16] = {};
  unsigned char counter[16] = {};
  for (auto _ : state) {
    ++key[0];
    int size = 0;
    RK_ASSERT(EVP_EncryptInit_ex(context.get(), EVP_aes_128_ctr(), nullptr, key, counter) == 1);
    RK_ASSERT(
        EVP_EncryptUpdate(context.get(), out.data(), &size,
                          reinterpret_cast<const unsigned char*>(record.data()) + kEventHeaderBytes,
                          static_cast<int>(record.size() - kEventHeaderBytes)) == 1);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(cipher);

}  // namespace
}  // namespace rekindle

BENCHMARK_MAIN();
