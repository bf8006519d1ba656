// An engine on a real store, fed by this process without a socket: what bench_core and bench_budget
// have in common. Bodies are decoded into parcels, parcels handed to the shards, replies taken
// back.
//
// Thread: one. Without threads of its own the engine works on it too, in send().
#pragma once

#include <cstdint>
#include <cstdio>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "cli/config.h"
#include "cli/load/traffic.h"
#include "cli/yaml_reader.h"
#include "core/engine.h"
#include "io/decoders/json_events.h"
#include "io/intake.h"
#include "operators/catalog.h"
#include "state/rocks_log.h"
#include "state/rocks_state_store.h"

namespace rekindle::bench {

class SentParcel final : public Parcel {
 public:
  explicit SentParcel(size_t shard) : x_shard(shard) {}
  void on_reply() override {}
  [[nodiscard]] size_t shard() const { return x_shard; }

 private:
  size_t x_shard;
};

// Keeps every parcel: they are made ahead, so that making them is not measured.
class ParcelList final : public io::ParcelSource {
 public:
  // `events`: of a body, which makes a parcel a shard.
  ParcelList(Mailbox& mailbox, size_t shards, size_t events)
      : x_mailbox(mailbox), x_events(events), x_open(shards, nullptr) {}

  Parcel& parcel(size_t shard) override {
    SentParcel*& open = x_open[shard];
    if (open == nullptr) {
      x_parcels.push_back(std::make_unique<SentParcel>(shard));
      open = x_parcels.back().get();
      open->sender = &x_mailbox;
    }
    return *open;
  }
  void end_body() { x_open.assign(x_open.size(), nullptr); }
  [[nodiscard]] size_t body_events() const { return x_events; }
  [[nodiscard]] std::vector<std::unique_ptr<SentParcel>>& parcels() { return x_parcels; }

 private:
  Mailbox& x_mailbox;
  size_t x_events;
  std::vector<SentParcel*> x_open;  // by shard: of the body under way
  std::vector<std::unique_ptr<SentParcel>> x_parcels;
};

class DrivenEngine {
 public:
  explicit DrivenEngine(const Clock& clock) : x_clock(clock) {}

  // Reads the configuration and opens both stores in `data`. Says on standard error what is wrong.
  [[nodiscard]] bool open(const std::string& config_path, const std::string& data) {
    std::vector<cli::Fault> faults;
    auto config = cli::load_config(
        config_path,
        [](std::string_view, const std::vector<AudienceDefinition>&) {
          return std::vector<cli::ExpressionFault>();
        },
        faults);
    for (const cli::Fault& fault : faults) std::fprintf(stderr, "%s\n", to_string(fault).c_str());
    if (!faults.empty()) return false;
    x_sites = cli::sites_of(config);
    auto log = state::RocksLog::open(data + "/log", config.rocks_log);
    auto store = state::RocksStateStore::open(data + "/state", config.rocks_state);
    if (!log) return fail(log.error());
    if (!store) return fail(store.error());
    x_log = std::move(log.value());
    x_store = std::move(store.value());
    engine_config = config.engine;
    engine_config.shards = 1;
    x_audiences = std::move(config.audiences);
    return true;
  }

  // With `engine_config`, which may be changed before; again after close_engine(). `instead`
  // of store(), which it passes everything on to.
  [[nodiscard]] bool open_engine(StateStore* instead = nullptr) {
    EngineParts parts{*x_log,
                      instead == nullptr ? *x_store : *instead,
                      x_clock,
                      x_sites,
                      [](const Rules& rules) { return operators::make_operators(rules, {}); },
                      nullptr,
                      [this](const Error& error) { fail(error); },
                      {}};
    auto engine = Engine::open(engine_config, std::move(parts), x_audiences);
    if (!engine) return fail(engine.error());
    x_engine = std::move(engine.value());
    x_intake = std::make_unique<io::Intake>(*x_engine, x_counters);
    return true;
  }
  void close_engine() {
    x_intake.reset();
    x_engine.reset();
  }

  [[nodiscard]] ParcelList parcels(size_t body_events) {
    return {x_mailbox, engine_config.shards, body_events};
  }

  // Decodes up to `most` events into parcels; returns how many, and adds to `seconds`.
  uint64_t decode(cli::Traffic& traffic, ParcelList& list, uint64_t most, double& seconds) {
    std::string body;
    uint64_t events = 0;
    bool more = true;
    while (more && events < most) {
      body.clear();
      for (size_t i = 0; i < list.body_events() && more; ++i) {
        more = traffic.append_json(body);
        if (more) body += '\n';
      }
      if (body.empty()) break;
      const int64_t start = monotonic_ns();
      x_intake->start(list, x_clock.now(), "bench", site());
      if (auto decoded = x_json.decode(body, *x_intake); !decoded) fail(decoded.error());
      seconds += static_cast<double>(monotonic_ns() - start) * 1e-9;
      events += x_intake->accepted();
      list.end_body();
    }
    return events;
  }

  // Hands everything over and waits for the replies; at most `window` parcels are on their way.
  void send(ParcelList& list, size_t window = SIZE_MAX) {
    std::deque<Inbox::Sender> senders;
    for (size_t i = 0; i < x_engine->shards(); ++i) senders.emplace_back(x_engine->inbox(i));
    size_t next = 0;
    size_t replied = 0;
    const auto& parcels = list.parcels();
    while (replied < parcels.size()) {
      while (
          next < parcels.size() && next - replied < window &&
          senders[parcels[next]->shard()].send(parcels[next].get(), parcels[next]->cost_bytes())) {
        ++next;
      }
      replied += take_replies();
    }
  }

  [[nodiscard]] Engine& engine() { return *x_engine; }
  [[nodiscard]] StateStore& store() { return *x_store; }
  [[nodiscard]] size_t audiences() const { return x_audiences.size(); }
  [[nodiscard]] std::string site() const { return x_sites.all().front().name; }
  // Says it on standard error; false.
  bool fail(const Error& error) {
    std::fprintf(stderr, "bench: %s\n", to_string(error).c_str());
    return false;
  }

  EngineConfig engine_config;

 private:
  size_t take_replies() {
    Message* messages[256];
    if (!engine_config.threads) {
      while (x_engine->step()) {
      }
      return x_mailbox.take(messages, std::size(messages));
    }
    x_mailbox.bell().announce_sleep();
    const size_t taken = x_mailbox.take(messages, std::size(messages));
    if (taken == 0) x_mailbox.bell().wait(10);
    return taken;
  }

  const Clock& x_clock;
  std::vector<AudienceDefinition> x_audiences;
  Sites x_sites;
  std::unique_ptr<state::RocksLog> x_log;
  std::unique_ptr<state::RocksStateStore> x_store;
  std::unique_ptr<Engine> x_engine;
  Mailbox x_mailbox;
  io::IntakeCounters x_counters;
  std::unique_ptr<io::Intake> x_intake;
  io::JsonEvents x_json;
};

}  // namespace rekindle::bench
