// Where an event's instructions and nanoseconds go: one thread does all of it, decoding, the
// shard's rounds and the writing of checkpoints, so that a profile of this program has each of them
// exactly once an event. `./dev budget` runs it under callgrind (small: counts) and perf (large:
// times); bench/budget/parts.py says which functions are which part.
//
//   bench_budget --data DIR [--visitors N] [--events N] [--minutes N] [--dirty N] [--wait]
//
// 1. every visitor gets one session; 2. `events` of Zipf traffic, in which deadlines and
// checkpoints come to their usual rate; 3. as many again, which are what is profiled. The clock is
// moved by hand, `minutes` during each of the three, so that every run does the same.
//
// With --wait it prints a line before the third part and goes on when it reads one. Under callgrind
// counting begins with the third part and ends with it. Prints one JSON object.
#include <fmt/format.h>
#include <rocksdb/version.h>
#include <simdjson.h>
#include <valgrind/callgrind.h>
#include <CLI/CLI.hpp>

#include <filesystem>
#include <iostream>
#include <string>

#include "bench/driven_engine.h"
#include "cli/warm_heap.h"

namespace rekindle::bench {
namespace {

constexpr size_t kBodyEvents = 64;
constexpr size_t kRoundEvents = 512;  // limits::kBatchEventsMax: a busy shard's batch
constexpr WallTime kStart{1'700'000'000'000};

struct Options {
  std::string config = "configs/bench.yaml";
  std::string data;
  uint32_t visitors = 1'000'000;
  uint64_t events = 2'000'000;
  int64_t minutes = 40;  // more than the 30 after which a session is over
  uint32_t dirty = 0;    // visitors changed that make a checkpoint due; 0: as configured
  bool waits = false;
};

#ifdef __AVX2__
constexpr const char* kInstructionSet = "AVX2";
#else
constexpr const char* kInstructionSet = "the compiler's default";
#endif

// What instruction counts depend on besides this repository.
std::string toolchain() {
  return fmt::format("GCC {}, {}, RocksDB {}.{}, simdjson {}.{}", __VERSION__, kInstructionSet,
                     ROCKSDB_MAJOR, ROCKSDB_MINOR, int{simdjson::SIMDJSON_VERSION_MAJOR},
                     int{simdjson::SIMDJSON_VERSION_MINOR});
}

// Counts the visitors written.
class CountingStore final : public StateStore {
 public:
  explicit CountingStore(StateStore& inner) : x_inner(inner) {}
  Result<void> write(const StateBatch& batch) override {
    batch.for_each([this](StateBatch::Kind, Table table, std::string_view, std::string_view) {
      if (table == Table::kVisitors) ++visitors;
    });
    return x_inner.write(batch);
  }
  Result<void> multi_get(Table table, std::span<const std::string_view> keys,
                         absl::FunctionRef<void(size_t, std::string_view)> visit) override {
    return x_inner.multi_get(table, keys, visit);
  }
  Result<void> scan(Table table, std::string_view begin, std::string_view end,
                    RowVisitor visit) override {
    return x_inner.scan(table, begin, end, visit);
  }
  Result<void> flush() override { return x_inner.flush(); }
  Result<void> purge(std::span<const TableRange> ranges) override { return x_inner.purge(ranges); }
  uint64_t size_bytes() const override { return x_inner.size_bytes(); }
  bool is_stalling() const override { return x_inner.is_stalling(); }

  uint64_t visitors = 0;

 private:
  StateStore& x_inner;
};

class Budget {
 public:
  explicit Budget(const Options& options) : x_options(options) {}

  int run() {
    if (!x_driven.open(x_options.config, x_options.data)) return 1;
    x_driven.engine_config.threads = false;
    if (x_options.dirty > 0) x_driven.engine_config.checkpoint_dirty_visitors = x_options.dirty;
    CountingStore store(x_driven.store());
    if (!x_driven.open_engine(&store)) return 1;
    cli::TrafficConfig config;
    config.site = x_driven.site();
    config.visitors = x_options.visitors;
    config.run = "f";
    config.every_visitor_once = true;
    cli::Traffic first(config);
    config.run = "m";
    config.every_visitor_once = false;
    config.seed = 2;
    cli::Traffic usual(config);
    // About 3.4 events a session, and no more than that many rounds.
    drive(first, uint64_t{4} * x_options.visitors);
    drive(usual, x_options.events);
    if (x_options.waits) {
      fmt::print("ready\n");
      std::fflush(stdout);
      std::string line;
      std::getline(std::cin, line);
    }
    const ShardCounters& counters = x_driven.engine().counters(0);
    const uint64_t fires = counters.fires;
    const uint64_t written = store.visitors;
    const int64_t began = monotonic_ns();
    CALLGRIND_START_INSTRUMENTATION;
    const uint64_t events = drive(usual, x_options.events);
    CALLGRIND_STOP_INSTRUMENTATION;
    const double per_event = 1.0 / static_cast<double>(events);
    fmt::print(R"({{"events":{},"seconds":{:.3f},"fires_per_event":{:.3f},)"
               R"("checkpointed_per_event":{:.3f},"toolchain":"{}"}})"
               "\n",
               events, static_cast<double>(monotonic_ns() - began) / 1e9,
               static_cast<double>(counters.fires - fires) * per_event,
               static_cast<double>(store.visitors - written) * per_event, toolchain());
    const bool failed = x_driven.engine().is_failed();
    x_driven.close_engine();  // before the store that it writes to
    return failed ? 1 : 0;
  }

 private:
  // Up to `most` events; returns how many there were.
  uint64_t drive(cli::Traffic& traffic, uint64_t most) {
    const uint64_t rounds = (most + kRoundEvents - 1) / kRoundEvents;
    uint64_t events = 0;
    double unused = 0;
    for (uint64_t round = 0; round < rounds; ++round) {
      const auto now = kStart + minutes(x_options.minutes * x_drives) +
                       milliseconds(minutes(x_options.minutes).ms * static_cast<int64_t>(round) /
                                    static_cast<int64_t>(rounds));
      x_clock.set(now);
      ParcelList list = x_driven.parcels(kBodyEvents);
      const uint64_t some = x_driven.decode(traffic, list, kRoundEvents, unused);
      if (some == 0) break;
      x_driven.send(list);
      events += some;
    }
    ++x_drives;
    return events;
  }

  Options x_options;
  ManualClock x_clock{kStart};
  DrivenEngine x_driven{x_clock};
  int64_t x_drives = 0;
};

}  // namespace
}  // namespace rekindle::bench

int main(int argc, char** argv) {
  rekindle::bench::Options options;
  CLI::App app{"One thread does all that an event takes, to be profiled."};
  app.add_option("--config", options.config, "sites and audiences")->check(CLI::ExistingFile);
  app.add_option("--data", options.data, "an empty directory for the store")->required();
  app.add_option("--visitors", options.visitors);
  app.add_option("--events", options.events);
  app.add_option("--minutes", options.minutes, "that pass meanwhile");
  app.add_option("--dirty", options.dirty, "changed visitors that make a checkpoint due");
  app.add_flag("--wait", options.waits, "says when what is profiled begins, and waits");
  CLI11_PARSE(app, argc, argv);
  std::filesystem::create_directories(options.data);
  if (RUNNING_ON_VALGRIND != 0) return rekindle::bench::Budget(options).run();
  const rekindle::cli::WarmHeap heap;  // as the server has it
  return rekindle::bench::Budget(options).run();
}
