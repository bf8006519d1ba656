// The embedded stores by themselves: appending batches to the log, checkpoint writes to the state
// store and reading cold visitors back. Directories are made under $TMPDIR or /tmp, and removed.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "core/assert.h"
#include "core/clock.h"
#include "core/state_format.h"
#include "state/rocks_log.h"
#include "state/rocks_state_store.h"

namespace rekindle::state {
namespace {

constexpr size_t kEventBytes = 200;

class ScratchDirectory {
 public:
  ScratchDirectory() {
    x_path = (std::filesystem::temp_directory_path() / "rekindle-bench-XXXXXX").string();
    RK_ASSERT(::mkdtemp(x_path.data()) != nullptr);
  }
  ~ScratchDirectory() { std::filesystem::remove_all(x_path); }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  [[nodiscard]] const std::string& path() const { return x_path; }

 private:
  std::string x_path;
};

// About half as large compressed, like events.
std::string text(size_t bytes, std::mt19937_64& random) {
  std::string out(bytes, ' ');
  for (size_t i = 0; i < bytes; ++i) {
    out[i] = i % 2 == 0 ? static_cast<char>(random()) : static_cast<char>('a' + i % 23);
  }
  return out;
}

class Latencies {
 public:
  void add(int64_t ns) { x_ns.push_back(ns); }
  void report(benchmark::State& state) {
    std::sort(x_ns.begin(), x_ns.end());
    for (const auto& [name, share] :
         {std::pair{"p50_us", 0.5}, {"p99_us", 0.99}, {"p99.9_us", 0.999}}) {
      const auto at = static_cast<size_t>(static_cast<double>(x_ns.size() - 1) * share);
      state.counters[name] = static_cast<double>(x_ns[at]) / 1e3;
    }
  }

 private:
  std::vector<int64_t> x_ns;
};

// Arguments: events of a batch, partitions they fall into, 1 for fsync.
void append(benchmark::State& state) {
  const auto events = static_cast<size_t>(state.range(0));
  const auto partitions = static_cast<size_t>(state.range(1));
  const auto durability = state.range(2) == 1 ? Durability::kFsync : Durability::kDurable;
  const ScratchDirectory scratch;
  auto log = RocksLog::open(scratch.path()).value();
  std::mt19937_64 random(1);
  const std::string record = text(kEventBytes * events / partitions, random);
  LogBatch batch;
  for (size_t p = 0; p < partitions; ++p) {
    batch.partitions.push_back({PartitionId{static_cast<uint16_t>(p)}, 0, record, 0, {}, 0, {}});
  }
  Latencies latencies;
  for (auto _ : state) {
    for (PartitionAppend& share : batch.partitions) ++share.position;
    const int64_t begin = monotonic_ns();
    const auto done = log->append(batch, durability);
    latencies.add(monotonic_ns() - begin);
    RK_ASSERT(done.has_value());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(events));
  latencies.report(state);
}
BENCHMARK(append)
    ->ArgNames({"events", "partitions", "fsync"})
    ->Args({1, 1, 0})
    ->Args({64, 1, 0})
    ->Args({64, 64, 0})
    ->Args({256, 1, 0})
    ->Args({256, 64, 0})
    ->Args({512, 1, 0})
    ->Args({512, 64, 0})
    ->Args({512, 64, 1})
    ->UseRealTime();

std::string visitor_row(uint64_t n) {
  std::string key;
  const VisitorKey visitor{n * 0x9e3779b97f4a7c15ULL, n};
  state_format::append_visitor(partition_of(visitor, 64), visitor, key);
  return key;
}

constexpr uint64_t kVisitors = 1'000'000;
constexpr size_t kVisitorBytes = 150;

StateBatch checkpoint_of(uint64_t first, uint64_t step, size_t count, std::mt19937_64& random) {
  StateBatch batch;
  for (size_t i = 0; i < count; ++i) {
    batch.put(Table::kVisitors, visitor_row((first + i * step) % kVisitors),
              text(kVisitorBytes, random));
  }
  return batch;
}

void write_checkpoint(benchmark::State& state) {
  const ScratchDirectory scratch;
  auto store = RocksStateStore::open(scratch.path()).value();
  std::mt19937_64 random(1);
  std::vector<StateBatch> batches;
  for (int i = 0; i < 16; ++i) batches.push_back(checkpoint_of(random(), 251, 4'000, random));
  Latencies latencies;
  size_t next = 0;
  for (auto _ : state) {
    const int64_t begin = monotonic_ns();
    const auto done = store->write(batches[next++ % batches.size()]);
    latencies.add(monotonic_ns() - begin);
    RK_ASSERT(done.has_value());
  }
  state.SetItemsProcessed(state.iterations() * 4'000);
  latencies.report(state);
}
BENCHMARK(write_checkpoint)->UseRealTime();

// Argument: the block cache, in MiB. With 8 nearly every block is read from the file.
void read_cold_visitors(benchmark::State& state) {
  const ScratchDirectory scratch;
  RocksStateConfig config;
  config.block_cache_bytes = static_cast<size_t>(state.range(0)) * 1'024 * 1'024;
  config.write_buffer_bytes = 24ULL * 1'024 * 1'024;
  auto store = RocksStateStore::open(scratch.path(), config).value();
  std::mt19937_64 random(1);
  for (uint64_t first = 0; first < kVisitors; first += 4'000) {
    RK_ASSERT(store->write(checkpoint_of(first, 1, 4'000, random)).has_value());
  }
  RK_ASSERT(store->flush().has_value());
  Latencies latencies;
  size_t found = 0;
  for (auto _ : state) {
    std::vector<std::string> rows;
    std::vector<std::string_view> keys;
    for (int i = 0; i < 256; ++i) rows.push_back(visitor_row(random() % kVisitors));
    keys.assign(rows.begin(), rows.end());
    const int64_t begin = monotonic_ns();
    const auto done =
        store->multi_get(Table::kVisitors, keys, [&found](size_t, std::string_view) { ++found; });
    latencies.add(monotonic_ns() - begin);
    RK_ASSERT(done.has_value());
  }
  RK_ASSERT(found == static_cast<size_t>(state.iterations()) * 256);
  state.SetItemsProcessed(state.iterations() * 256);
  state.counters["stored_bytes_per_visitor"] =
      static_cast<double>(store->size_bytes()) / static_cast<double>(kVisitors);
  latencies.report(state);
}
BENCHMARK(read_cold_visitors)->ArgName("cache_mib")->Arg(8)->Arg(256)->UseRealTime();

}  // namespace
}  // namespace rekindle::state

BENCHMARK_MAIN();
