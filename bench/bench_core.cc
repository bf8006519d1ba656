// core.*: the engine alone, in process, on a real store: parsed events in, committed effects out.
//
//   bench_core --config FILE --data DIR [--visitors N] [--events N] [--zipf S] [--shards N]
//              [--alone N] [--skip-stored] [--json]
//
// 1. every visitor gets one session (memory is read after it);
// 2. Zipf traffic is decoded on this thread (timed apart), then handed to the shard in parcels
// of 64. The figure is events ÷ wall time from the first parcel to the last reply; this thread only
// hands over and takes back. Each thread's CPU time is reported as core.cpu_ns.NAME. --events 0
// leaves this out.
//    With --alone N a parcel of N events is sent only when the one before it was answered: what
//    small batches cost.
// 3. The store's sizes are read twice: as it is then, and a day and an hour later ("at rest":
// sessions are closed, short windows have emptied).
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "bench/driven_engine.h"
#include "cli/warm_heap.h"

namespace rekindle::bench {
namespace {

constexpr size_t kParcelEvents = 64;

struct Options {
  std::string config = "configs/bench.yaml";
  std::string data;
  uint32_t visitors = 1'000'000;
  uint64_t events = 4'000'000;
  double zipf = 1.0;
  uint32_t shards = 1;
  size_t alone = 0;  // events of the one parcel on its way; 0: as many parcels as the inbox takes
  bool skips_stored = false;
  bool json = false;

  [[nodiscard]] size_t parcel_events() const { return alone == 0 ? kParcelEvents : alone; }
};

double seconds_since(int64_t start_ns) {
  return static_cast<double>(monotonic_ns() - start_ns) * 1e-9;
}

// CPU time of each thread of this process, by name (those of one name together), in nanoseconds.
std::map<std::string, double> cpu_of_threads() {
  std::map<std::string, double> times;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::string name;
    double ran = 0;
    std::getline(std::ifstream(task.path() / "comm"), name);
    std::ifstream(task.path() / "schedstat") >> ran;
    times[name] += ran;
  }
  return times;
}

double resident_bytes() {
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  long pages = 0;
  if (file == nullptr || std::fscanf(file, "%*d %ld", &pages) != 1) pages = 0;
  if (file != nullptr) std::fclose(file);
  return static_cast<double>(pages) * 4096.0;
}

class Bench {
 public:
  explicit Bench(const Options& options) : x_options(options) {}

  int run() {
    if (!x_driven.open(x_options.config, x_options.data)) return 1;
    x_driven.engine_config.shards = x_options.shards;
    if (!x_driven.open_engine()) return 1;
    std::fprintf(stderr, "%zu audiences, %u visitors, Zipf %.2f, %u shards\n", x_driven.audiences(),
                 x_options.visitors, x_options.zipf, x_options.shards);
    fill();
    if (x_options.events > 0) measure();
    if (auto stopped = x_driven.engine().stop(); !stopped) return fail(stopped.error());
    if (x_options.skips_stored) return 0;
    if (auto read = stored("stored."); !read) return fail(read.error());
    x_driven.close_engine();
    if (!x_driven.open_engine()) return 1;
    const EventTime later = as_event_time(x_clock.now()) + hours(25);
    if (auto ticked = x_driven.engine().tick(later); !ticked) return fail(ticked.error());
    if (auto stopped = x_driven.engine().stop(); !stopped) return fail(stopped.error());
    if (auto read = stored("stored.at_rest_"); !read) return fail(read.error());
    return 0;
  }

 private:
  int fail(const Error& error) {
    x_driven.fail(error);
    return 1;
  }

  // The sum over the shards.
  template <typename T>
  double total(std::atomic<T> ShardCounters::*member) {
    double sum = 0;
    for (size_t i = 0; i < x_options.shards; ++i) {
      sum += static_cast<double>((x_driven.engine().counters(i).*member).load());
    }
    return sum;
  }

  void fill() {
    cli::TrafficConfig config;
    config.site = x_driven.site();
    config.visitors = x_options.visitors;
    config.every_visitor_once = true;
    config.run = "f";
    cli::Traffic traffic(config);
    double unused = 0;
    uint64_t events = 0;
    const int64_t start = monotonic_ns();
    while (true) {
      ParcelList list = x_driven.parcels(kParcelEvents);
      const uint64_t some = x_driven.decode(traffic, list, 200'000, unused);
      if (some == 0) break;
      x_driven.send(list);
      events += some;
      std::fprintf(stderr, "\rfilling: %.1f M events", static_cast<double>(events) * 1e-6);
    }
    std::fprintf(stderr, "\n");
    report("core.fill_events_per_s", static_cast<double>(events) / seconds_since(start), "1/s");
    report(
        "memory.bytes_per_hot_visitor",
        total(&ShardCounters::cache_bytes) / std::max(1.0, total(&ShardCounters::cached_visitors)),
        "B");
    report("memory.resident", resident_bytes(), "B");
  }

  void measure() {
    cli::TrafficConfig config;
    config.site = x_driven.site();
    config.visitors = x_options.visitors;
    config.zipf = x_options.zipf;
    config.run = "m";
    config.seed = 2;
    cli::Traffic traffic(config);
    std::vector<double> rates;
    std::vector<double> parse_ns;
    std::map<std::string, std::vector<double>> cpu_ns;
    constexpr uint64_t kRuns = 5;
    for (uint64_t run = 0; run < kRuns; ++run) {
      ParcelList list = x_driven.parcels(x_options.parcel_events());
      double parse_seconds = 0;
      const uint64_t events =
          x_driven.decode(traffic, list, x_options.events / kRuns, parse_seconds);
      const double commit_before = total(&ShardCounters::commit_ns);
      const auto cpu_before = cpu_of_threads();
      const int64_t start = monotonic_ns();
      x_driven.send(list, x_options.alone == 0 ? SIZE_MAX : 1);
      const double seconds = seconds_since(start);
      for (const auto& [name, ran] : cpu_of_threads()) {
        const auto before = cpu_before.find(name);
        cpu_ns[name].push_back((ran - (before == cpu_before.end() ? 0 : before->second)) /
                               static_cast<double>(events));
      }
      rates.push_back(static_cast<double>(events) / seconds);
      parse_ns.push_back(parse_seconds * 1e9 / static_cast<double>(events));
      std::fprintf(
          stderr,
          "run %lu: %.0f events/s, parse %.0f ns, commit %.0f ns an event, cold reads %.0f, "
          "checkpoints %.0f\n",
          run + 1, rates.back(), parse_ns.back(),
          (total(&ShardCounters::commit_ns) - commit_before) / static_cast<double>(events),
          total(&ShardCounters::cold_reads), total(&ShardCounters::checkpoints));
    }
    report("core.events_per_s", rates, "1/s");
    report("core.parse_ns", parse_ns, "ns");
    for (auto& [name, samples] : cpu_ns) {
      if (samples.size() == kRuns) report("core.cpu_ns." + name, samples, "ns");
    }
    std::fprintf(stderr, "changes %.0f, sessions %.0f, fires %.0f (stale %.0f), evictions %.0f\n",
                 total(&ShardCounters::changes), total(&ShardCounters::sessions),
                 total(&ShardCounters::fires), total(&ShardCounters::stale_fires),
                 total(&ShardCounters::evictions));
  }

  // Bytes of all keys and values of a table.
  Result<double> table_bytes(Table table) {
    double bytes = 0;
    auto read = x_driven.store().scan(table, "", "\xff\xff\xff",
                                      [&](std::string_view key, std::string_view value) {
                                        bytes += static_cast<double>(key.size() + value.size());
                                        return true;
                                      });
    if (!read) return read.error();
    return bytes;
  }

  Result<void> stored(const std::string& prefix) {
    std::vector<double> sizes;
    double key_bytes = 0;
    auto read = x_driven.store().scan(Table::kVisitors, "", "\xff\xff\xff",
                                      [&](std::string_view key, std::string_view value) {
                                        key_bytes += static_cast<double>(key.size());
                                        sizes.push_back(static_cast<double>(value.size()));
                                        return true;
                                      });
    if (!read) return read;
    if (sizes.empty()) return Error{ErrorCode::kStoreFailed, "no visitor was stored"};
    auto names = table_bytes(Table::kNames);
    auto deadlines = table_bytes(Table::kDeadlines);
    if (!names) return names.error();
    if (!deadlines) return deadlines.error();
    if (auto flushed = x_driven.store().flush(); !flushed) return flushed;
    const auto visitors = static_cast<double>(sizes.size());
    std::sort(sizes.begin(), sizes.end());
    report(prefix + "median_bytes_per_visitor", sizes[sizes.size() / 2], "B");
    report(prefix + "p99_bytes_per_visitor", sizes[sizes.size() * 99 / 100], "B");
    report(prefix + "other_rows_bytes_per_visitor",
           (key_bytes + names.value() + deadlines.value()) / visitors, "B");
    report(prefix + "disk_bytes_per_visitor",
           static_cast<double>(x_driven.store().size_bytes()) / visitors, "B");
    return {};
  }

  void report(const std::string& name, double value, const char* unit) {
    report(name, std::vector<double>{value}, unit);
  }
  // The median, and (largest − smallest) ÷ median as the spread.
  void report(const std::string& name, std::vector<double> samples, const char* unit) {
    std::sort(samples.begin(), samples.end());
    const double median = samples[samples.size() / 2];
    const double spread = median == 0 ? 0 : (samples.back() - samples.front()) / median;
    if (x_options.json) {
      std::printf(
          "{\"name\":\"%s\",\"value\":%.6g,\"unit\":\"%s\",\"samples\":%zu,"
          "\"spread\":%.4f}\n",
          name.c_str(), median, unit, samples.size(), spread);
    } else {
      std::printf("%-36s %14.0f %s  (%zu samples, spread %.1f %%)\n", name.c_str(), median, unit,
                  samples.size(), 100 * spread);
    }
    std::fflush(stdout);
  }

  Options x_options;
  SystemClock x_clock;
  DrivenEngine x_driven{x_clock};
};

}  // namespace
}  // namespace rekindle::bench

int main(int argc, char** argv) {
  rekindle::bench::Options options;
  CLI::App app{"The engine alone, in process, on a real store."};
  app.add_option("--config", options.config, "sites and audiences")->check(CLI::ExistingFile);
  app.add_option("--data", options.data, "an empty directory for the store")->required();
  app.add_option("--visitors", options.visitors);
  app.add_option("--events", options.events);
  app.add_option("--zipf", options.zipf);
  app.add_option("--shards", options.shards, "threads")->check(CLI::Range(1, 64));
  app.add_option("--alone", options.alone, "events of the only parcel on its way");
  app.add_flag("--skip-stored", options.skips_stored, "leaves 3. out");
  app.add_flag("--json", options.json, "one JSON object a line");
  CLI11_PARSE(app, argc, argv);
  std::filesystem::create_directories(options.data);
  const rekindle::cli::WarmHeap heap;  // as the server has it
  return rekindle::bench::Bench(options).run();
}
