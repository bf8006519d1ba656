// Decisions in catalogues and models of a large shop, in process, while another thread learns and
// publishes as the engine's model thread does: how many a second, and at a steady rate how long
// after it was due each was made; what a product and a session take of memory; how busy learning
// is, and how long a closed session needs until decisions see it. `floor` is the same steady rate
// with nothing to decide, before and beside learning: no percentile here can be below it.
// Prints a JSON object a figure. `./dev bench scale` runs it with 20,000, 200,000 and 1,000,000
// products and 10 million interactions.
#include <fmt/format.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <ctime>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "bench/scale_shop.h"
#include "cli/huge_pages.h"
#include "core/model_thread.h"
#include "core/own_heap.h"
#include "core/tallies.h"
#include "core/thread_role.h"

namespace {

using namespace rekindle;
using namespace rekindle::operators;
using namespace rekindle::bench;
using SteadyClock = std::chrono::steady_clock;

constexpr EventTime kStart{1'793'707'200'000};

struct Options {
  size_t products = 200'000;
  size_t interactions = 10'000'000;
  double seconds = 10;
  double sessions_per_s = 5'000;  // learnt meanwhile: 50,000 interactions a second
  double rate = 5'000;            // decisions a second where the rate is steady
};

void print(const Options& options, std::string_view name, double value, std::string_view unit,
           size_t samples) {
  fmt::print(R"({{"name":"scale_{}k.{}","value":{:.3f},"unit":"{}","samples":{},"spread":0}})"
             "\n",
             options.products / 1'000, name, value, unit, samples);
  std::fflush(stdout);
}

double thread_cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

double resident_bytes() {
  size_t pages = 0;
  std::ifstream statm("/proc/self/statm");
  statm >> pages >> pages;
  return static_cast<double>(pages) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

// Sessions close at a steady rate; learns and publishes them as core/model_thread does, until told
// to stop.
class Learner {
 public:
  Learner(Decider& engine, const Options& options, EventTime from)
      : x_engine(engine), x_options(options), x_traffic(options.products, 3), x_at(from) {}

  void run() {
    begin_thread("rk-model", ThreadRole::kBackground);
    use_own_heap();
    const auto started = SteadyClock::now();
    auto oldest = SteadyClock::now();  // when the first session closed that is not learnt
    auto gathers = model_gathers({});
    std::vector<ClosedSession> sessions;
    while (!x_stops.load()) {
      std::this_thread::sleep_until(oldest + gathers);
      const auto began = SteadyClock::now();
      const double seconds = std::chrono::duration<double>(began - oldest).count();
      const auto count = static_cast<size_t>(x_options.sessions_per_s * seconds);
      const double before = thread_cpu_seconds();
      sessions.clear();
      for (size_t i = 0; i < count; ++i) {
        x_at = x_at + milliseconds(1);
        sessions.push_back(x_traffic.session(x_at));
      }
      x_made += thread_cpu_seconds() - before;
      for (const ClosedSession& session : sessions) x_engine.learn(session);
      x_engine.publish();
      const auto done = SteadyClock::now();
      x_visible_ms.push_back(std::chrono::duration<double, std::milli>(done - oldest).count());
      x_busy += std::chrono::duration<double>(done - began).count();
      gathers = model_gathers(done - began);
      oldest = began;
    }
    x_ran = std::chrono::duration<double>(SteadyClock::now() - started).count();
    x_cpu = thread_cpu_seconds();
  }
  void stop() { x_stops.store(true); }
  // From when the first session of a round closed until decisions see it.
  [[nodiscard]] std::vector<double>& visible_ms() { return x_visible_ms; }
  // Of the time since it began: what it was at work, waits for a core and making up the traffic
  // included, and what learning and publishing computed.
  [[nodiscard]] double busy_share() const { return x_busy / x_ran; }
  [[nodiscard]] double cpu_share() const { return (x_cpu - x_made) / x_ran; }

 private:
  Decider& x_engine;
  const Options& x_options;
  Traffic x_traffic;
  EventTime x_at;
  std::atomic<bool> x_stops{false};
  std::vector<double> x_visible_ms;
  double x_busy = 0;
  double x_cpu = 0;
  double x_made = 0;  // of it, making up the traffic
  double x_ran = 1;
};

double quantile(std::vector<double>& values, double share) {
  std::sort(values.begin(), values.end());
  const auto at = static_cast<size_t>(share * static_cast<double>(values.size()));
  return values[std::min(at, values.size() - 1)];
}

void print_quantiles(const Options& options, const std::string& of, std::vector<double>& us) {
  print(options, of + ".p50_us", quantile(us, 0.5), "us", us.size());
  print(options, of + ".p99_us", quantile(us, 0.99), "us", us.size());
  print(options, of + ".p99_9_us", quantile(us, 0.999), "us", us.size());
}

// One after the other: how many a second there can be.
template <typename Decide>
double measure(const Options& options, const std::string& name, Decide decide) {
  std::vector<double> us;
  us.reserve(1'000'000);
  const auto began = SteadyClock::now();
  const auto until = began + std::chrono::duration<double>(options.seconds);
  for (auto now = began; now < until;) {
    decide(us.size());
    const auto after = SteadyClock::now();
    us.push_back(std::chrono::duration<double, std::micro>(after - now).count());
    now = after;
  }
  const double seconds = std::chrono::duration<double>(SteadyClock::now() - began).count();
  const double per_s = static_cast<double>(us.size()) / seconds;
  print(options, name + "_per_s", per_s, "1/s", us.size());
  print_quantiles(options, name, us);
  return per_s;
}

// Each is due at its time, whether those before it are done or not, and is timed from then on.
template <typename Decide>
void measure_at(const Options& options, double rate, const std::string& name, Decide decide) {
  std::vector<double> us;
  const auto count = static_cast<size_t>(options.seconds * rate);
  us.reserve(count);
  const auto began = SteadyClock::now();
  for (size_t i = 0; i < count; ++i) {
    const auto due =
        began + std::chrono::nanoseconds(static_cast<int64_t>(static_cast<double>(i) * 1e9 / rate));
    std::this_thread::sleep_until(due);
    decide(i);
    us.push_back(std::chrono::duration<double, std::micro>(SteadyClock::now() - due).count());
  }
  print(options, name + ".rate_per_s", rate, "1/s", us.size());
  print_quantiles(options, name, us);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"Decisions in a large shop, in process, beside learning."};
  app.add_option("--products", options.products)->check(CLI::PositiveNumber);
  app.add_option("--interactions", options.interactions, "learnt before")
      ->check(CLI::PositiveNumber);
  app.add_option("--seconds", options.seconds, "of each measurement")->check(CLI::PositiveNumber);
  app.add_option("--sessions-per-s", options.sessions_per_s, "learnt meanwhile, of 10 lines each")
      ->check(CLI::PositiveNumber);
  app.add_option("--rate", options.rate, "decisions a second where the rate is steady")
      ->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  const size_t sessions = options.interactions / kLinesASession;
  Site site;
  site.name = "shop";
  site.id = site_id("shop");
  site.currency = *Currency::parse("EUR");

  const double empty = resident_bytes();
  std::vector<SiteCatalog> catalogs;
  catalogs.push_back({"shop", make_catalog(options.products)});
  auto engine = make_decide_engine(make_config(site, sessions), std::move(catalogs)).value();
  engine->adopt({});
  const double with_products = resident_bytes();
  print(options, "bytes_a_product", (with_products - empty) / static_cast<double>(options.products),
        "bytes", 1);

  Traffic traffic(options.products, 1);
  const auto learn_began = SteadyClock::now();
  for (size_t i = 0; i < sessions; ++i) {
    engine->learn(traffic.session(kStart + seconds(static_cast<int64_t>(i))));
  }
  engine->publish();
  const double learn_seconds =
      std::chrono::duration<double>(SteadyClock::now() - learn_began).count();
  print(options, "bytes_a_session",
        (resident_bytes() - with_products) / static_cast<double>(sessions), "bytes", 1);
  print(options, "learnt_sessions_per_s", static_cast<double>(sessions) / learn_seconds, "1/s", 1);

  begin_thread("decide", ThreadRole::kServing);
  prctl(PR_SET_TIMERSLACK, 1'000UL);  // a doorbell wakes at once; a timer within this many ns
  const EventTime now = kStart + seconds(static_cast<int64_t>(sessions));
  std::vector<Visitor> visitors;
  for (size_t i = 0; i < 4'096; ++i) visitors.push_back(traffic.visitor(now));
  const auto nothing = [](size_t) {};
  measure_at(options, options.rate, "floor_alone", nothing);
  Learner learner(*engine, options, now);
  std::thread thread([&] { learner.run(); });
  Tallies tallies;
  DecideRequest request;
  size_t offers = 0;
  const auto decide = [&](size_t i) {
    offers += engine->decide(request, site, &visitors[i % visitors.size()], now).offers.size();
  };
  const auto choose = [&](size_t i) {
    const DecideGrounds grounds{nullptr, &tallies, i + 1};
    offers +=
        engine->choose(request, site, &visitors[i % visitors.size()], now, grounds).offers.size();
  };
  measure(options, "decide", decide);
  measure_at(options, options.rate, "decide_at_rate", decide);
  measure_at(options, options.rate, "floor", nothing);
  request.placement = "home";
  const double choices_per_s = measure(options, "choose", choose);
  measure_at(options, std::min(options.rate, choices_per_s / 2), "choose_at_rate", choose);
  learner.stop();
  thread.join();
  auto& visible_ms = learner.visible_ms();
  print(options, "learnt_after.p50_ms", quantile(visible_ms, 0.5), "ms", visible_ms.size());
  print(options, "learnt_after.p99_ms", quantile(visible_ms, 0.99), "ms", visible_ms.size());
  print(options, "learner_busy_share", learner.busy_share(), "of a core", visible_ms.size());
  print(options, "learner_cpu_share", learner.cpu_share(), "of a core", visible_ms.size());
  return offers > 0 ? 0 : 1;
}
