// core.*: the engine alone, in process, on a real store: parsed events in, committed effects out.
//
//   bench_core --config FILE --data DIR [--visitors N] [--events N] [--zipf S] [--alone N] [--json]
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
#include <memory>
#include <string>
#include <vector>

#include "cli/config.h"
#include "cli/huge_pages.h"
#include "cli/load/traffic.h"
#include "cli/warm_heap.h"
#include "cli/yaml_reader.h"
#include "core/engine.h"
#include "io/decoders/json_events.h"
#include "io/intake.h"
#include "operators/catalog.h"
#include "state/rocks_log.h"
#include "state/rocks_state_store.h"

namespace rekindle::bench {
namespace {

constexpr size_t kParcelEvents = 64;

struct Options {
  std::string config = "configs/bench.yaml";
  std::string data;
  uint32_t visitors = 1'000'000;
  uint64_t events = 4'000'000;
  double zipf = 1.0;
  size_t alone = 0;  // events of the one parcel on its way; 0: as many parcels as the inbox takes
  bool json = false;

  [[nodiscard]] size_t parcel_events() const { return alone == 0 ? kParcelEvents : alone; }
};

class SentParcel final : public Parcel {
 public:
  void on_reply() override {}
};

// Keeps every parcel: they are made ahead, so that making them is not measured.
class ParcelList final : public io::ParcelSource {
 public:
  ParcelList(Mailbox& mailbox, size_t events) : x_mailbox(mailbox), x_events(events) {}
  Parcel& parcel(size_t) override {
    if (x_parcels.empty() || x_parcels.back()->events == x_events) {
      x_parcels.push_back(std::make_unique<SentParcel>());
      x_parcels.back()->sender = &x_mailbox;
    }
    return *x_parcels.back();
  }
  [[nodiscard]] std::vector<std::unique_ptr<SentParcel>>& parcels() { return x_parcels; }

 private:
  Mailbox& x_mailbox;
  size_t x_events;  // of a parcel
  std::vector<std::unique_ptr<SentParcel>> x_parcels;
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
    if (!open() || !open_engine()) return 1;
    Intake counters(*x_engine);
    fill(counters);
    if (x_options.events > 0) measure(counters);
    if (auto stopped = x_engine->stop(); !stopped) return fail(stopped.error());
    if (auto read = stored("stored."); !read) return fail(read.error());
    x_engine.reset();
    if (!open_engine()) return 1;
    if (auto ticked = x_engine->tick(as_event_time(x_clock.now()) + hours(25)); !ticked) {
      return fail(ticked.error());
    }
    if (auto stopped = x_engine->stop(); !stopped) return fail(stopped.error());
    if (auto read = stored("stored.at_rest_"); !read) return fail(read.error());
    return 0;
  }

 private:
  struct Intake {
    explicit Intake(const Engine& engine) : intake(engine, counters) {}
    io::IntakeCounters counters;
    io::Intake intake;
    io::JsonEvents json;
  };

  int fail(const Error& error) {
    std::fprintf(stderr, "bench_core: %s\n", to_string(error).c_str());
    return 1;
  }

  bool open() {
    std::vector<cli::Fault> faults;
    auto config = cli::load_config(
        x_options.config,
        [](std::string_view, const std::vector<AudienceDefinition>&) {
          return std::vector<cli::ExpressionFault>();
        },
        faults);
    for (const cli::Fault& fault : faults) std::fprintf(stderr, "%s\n", to_string(fault).c_str());
    if (!faults.empty()) return fail({ErrorCode::kInvalidConfiguration, x_options.config}), false;
    x_sites = cli::sites_of(config);
    x_site = x_sites.all().front().name;
    auto log = state::RocksLog::open(x_options.data + "/log", config.rocks_log);
    auto store = state::RocksStateStore::open(x_options.data + "/state", config.rocks_state);
    if (!log) return fail(log.error()), false;
    if (!store) return fail(store.error()), false;
    x_log = std::move(log.value());
    x_store = std::move(store.value());
    config.engine.shards = 1;
    x_engine_config = config.engine;
    x_audiences = std::move(config.audiences);
    std::fprintf(stderr, "%zu audiences, %u visitors, Zipf %.2f\n", x_audiences.size(),
                 x_options.visitors, x_options.zipf);
    return true;
  }

  bool open_engine() {
    EngineParts parts{*x_log,
                      *x_store,
                      x_clock,
                      x_sites,
                      [](const Rules& rules) { return operators::make_operators(rules, {}); },
                      nullptr,
                      [this](const Error& error) { fail(error); },
                      {}};
    auto engine = Engine::open(x_engine_config, std::move(parts), x_audiences);
    if (!engine) return fail(engine.error()), false;
    x_engine = std::move(engine.value());
    return true;
  }

  // Decodes up to `most` events into parcels; returns how many, and adds to `seconds`.
  uint64_t decode(cli::Traffic& traffic, Intake& intake, ParcelList& list, uint64_t most,
                  double& seconds) {
    std::string body;
    uint64_t events = 0;
    bool more = true;
    while (more && events < most) {
      body.clear();
      for (size_t i = 0; i < kParcelEvents && more; ++i) {
        more = traffic.append_json(body);
        if (more) body += '\n';
      }
      if (body.empty()) break;
      const int64_t start = monotonic_ns();
      intake.intake.start(list, x_clock.now(), "bench", x_site);
      if (auto decoded = intake.json.decode(body, intake.intake); !decoded) fail(decoded.error());
      seconds += seconds_since(start);
      events += intake.intake.accepted();
    }
    return events;
  }

  // Hands everything over and waits for the replies; at most `window` parcels are on their way.
  void send(ParcelList& list, size_t window = SIZE_MAX) {
    Inbox::Sender sender(x_engine->inbox(0));
    size_t next = 0;
    size_t replied = 0;
    Message* messages[256];
    auto& parcels = list.parcels();
    while (replied < parcels.size()) {
      while (next < parcels.size() && next - replied < window &&
             sender.send(parcels[next].get(), parcels[next]->cost_bytes())) {
        ++next;
      }
      x_mailbox.bell().announce_sleep();
      const size_t taken = x_mailbox.take(messages, std::size(messages));
      replied += taken;
      if (taken == 0) x_mailbox.bell().wait(10);
    }
  }

  void fill(Intake& intake) {
    cli::TrafficConfig config;
    config.site = x_site;
    config.visitors = x_options.visitors;
    config.every_visitor_once = true;
    config.run = "f";
    cli::Traffic traffic(config);
    double unused = 0;
    uint64_t events = 0;
    const int64_t start = monotonic_ns();
    while (true) {
      ParcelList list(x_mailbox, kParcelEvents);
      const uint64_t some = decode(traffic, intake, list, 200'000, unused);
      if (some == 0) break;
      send(list);
      events += some;
      std::fprintf(stderr, "\rfilling: %.1f M events", static_cast<double>(events) * 1e-6);
    }
    std::fprintf(stderr, "\n");
    report("core.fill_events_per_s", static_cast<double>(events) / seconds_since(start), "1/s");
    const auto& counters = x_engine->counters(0);
    report("memory.bytes_per_hot_visitor",
           static_cast<double>(counters.cache_bytes) /
               static_cast<double>(std::max<int64_t>(1, counters.cached_visitors)),
           "B");
    report("memory.resident", resident_bytes(), "B");
  }

  void measure(Intake& intake) {
    cli::TrafficConfig config;
    config.site = x_site;
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
      ParcelList list(x_mailbox, x_options.parcel_events());
      double parse_seconds = 0;
      const uint64_t events =
          decode(traffic, intake, list, x_options.events / kRuns, parse_seconds);
      const auto& counters = x_engine->counters(0);
      const uint64_t commit_before = counters.commit_ns;
      const auto cpu_before = cpu_of_threads();
      const int64_t start = monotonic_ns();
      send(list, x_options.alone == 0 ? SIZE_MAX : 1);
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
          "run %lu: %.0f events/s, parse %.0f ns, commit %.0f ns an event, cold reads %lu, "
          "checkpoints %lu\n",
          run + 1, rates.back(), parse_ns.back(),
          static_cast<double>(counters.commit_ns - commit_before) / static_cast<double>(events),
          counters.cold_reads.load(), counters.checkpoints.load());
    }
    report("core.events_per_s", rates, "1/s");
    report("core.parse_ns", parse_ns, "ns");
    for (auto& [name, samples] : cpu_ns) {
      if (samples.size() == kRuns) report("core.cpu_ns." + name, samples, "ns");
    }
    const auto& counters = x_engine->counters(0);
    std::fprintf(stderr, "changes %lu, sessions %lu, fires %lu (stale %lu), evictions %lu\n",
                 counters.changes.load(), counters.sessions.load(), counters.fires.load(),
                 counters.stale_fires.load(), counters.evictions.load());
  }

  // Bytes of all keys and values of a table.
  Result<double> table_bytes(Table table) {
    double bytes = 0;
    auto read =
        x_store->scan(table, "", "\xff\xff\xff", [&](std::string_view key, std::string_view value) {
          bytes += static_cast<double>(key.size() + value.size());
          return true;
        });
    if (!read) return read.error();
    return bytes;
  }

  Result<void> stored(const std::string& prefix) {
    std::vector<double> sizes;
    double key_bytes = 0;
    auto read = x_store->scan(Table::kVisitors, "", "\xff\xff\xff",
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
    if (auto flushed = x_store->flush(); !flushed) return flushed;
    const auto visitors = static_cast<double>(sizes.size());
    std::sort(sizes.begin(), sizes.end());
    report(prefix + "median_bytes_per_visitor", sizes[sizes.size() / 2], "B");
    report(prefix + "p99_bytes_per_visitor", sizes[sizes.size() * 99 / 100], "B");
    report(prefix + "other_rows_bytes_per_visitor",
           (key_bytes + names.value() + deadlines.value()) / visitors, "B");
    report(prefix + "disk_bytes_per_visitor", static_cast<double>(x_store->size_bytes()) / visitors,
           "B");
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
  EngineConfig x_engine_config;
  std::vector<AudienceDefinition> x_audiences;
  Sites x_sites;
  std::string x_site;
  std::unique_ptr<state::RocksLog> x_log;
  std::unique_ptr<state::RocksStateStore> x_store;
  std::unique_ptr<Engine> x_engine;
  Mailbox x_mailbox;
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
  app.add_option("--alone", options.alone, "events of the only parcel on its way");
  app.add_flag("--json", options.json, "one JSON object a line");
  CLI11_PARSE(app, argc, argv);
  std::filesystem::create_directories(options.data);
  const rekindle::cli::WarmHeap heap;  // as the server has it
  return rekindle::bench::Bench(options).run();
}
