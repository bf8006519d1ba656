// A server on 127.0.0.1 with a free port, on a real engine with in-memory stores. Used by the tests
// in this folder, with the clients of clients.h.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "core/engine.h"
#include "io/server.h"
#include "operators/audience/probe.h"
#include "operators/catalog.h"
#include "state/memory_log.h"
#include "state/memory_state_store.h"
#include "tests/support/plain_decider.h"

namespace rekindle::testing {

// Recommends what it was asked with, so that tests see the whole way there and back.
class EchoDecider final : public PlainDecider {
 public:
  [[nodiscard]] Decision decide(const DecideRequest& request, const Site& site,
                                const Visitor* visitor, EventTime) const override {
    Decision decision;
    if (visitor == nullptr) {
      decision.nothing_because = "unknown visitor";
      return decision;
    }
    const std::string known = std::to_string(visitor->lifetime.events) + " events, " +
                              std::to_string(visitor->cart.pieces()) + " in the cart, " +
                              std::to_string(visitor->memberships.size()) + " audiences";
    for (uint32_t i = 0; i < request.offers_max; ++i) {
      Offer offer;
      offer.type = "product";
      offer.product = request.placement + "-" + std::to_string(i);
      offer.price = "1.50";
      offer.currency = site.currency.code();
      offer.source = "echo";
      offer.reasons = {"for \"" + visitor->name + "\""};
      if (request.placement == "known") offer.reasons.push_back(known);
      decision.offers.push_back(offer);
    }
    return decision;
  }
  // A row a line; "bad" is refused, and a line "fault" is a faulty row.
  [[nodiscard]] Result<CatalogOutcome> change_catalog(const CatalogUpload& upload,
                                                      OnModelThread on_model_thread) override {
    if (upload.bytes == "bad") return Error{ErrorCode::kInvalidArgument, "1:1 it is bad"};
    CatalogOutcome outcome;
    for (std::string_view rest = upload.bytes; !rest.empty();) {
      const size_t end = std::min(rest.find('\n'), rest.size() - 1);
      ++outcome.rows;
      if (rest.starts_with("fault")) outcome.faults.push_back({outcome.rows, 1, "is a fault"});
      rest.remove_prefix(end + 1);
    }
    outcome.faulty_rows = outcome.faults.size();
    on_model_thread([&] {
      x_catalog.products = outcome.rows - outcome.faulty_rows;
      ++x_catalog.version;
    });
    outcome.version = x_catalog.version;
    outcome.products = x_catalog.products;
    return outcome;
  }
  [[nodiscard]] CatalogSummary catalog(SiteId) const override { return x_catalog; }

 private:
  CatalogSummary x_catalog;
};

struct ServerRigOptions {
  EngineConfig engine;
  io::ServerConfig server;
  std::vector<std::string> more_sites;  // beside "shop"
  ServerRigOptions() {
    engine.partitions = 8;
    engine.shards = 2;
    engine.clock = ClockMode::kEvents;
    server.port = 0;
  }
};

class ServerRig {
 public:
  explicit ServerRig(ServerRigOptions options = {}) {
    Site site;
    site.name = "shop";
    site.id = site_id("shop");
    site.currency = Currency::parse("GBP").value();
    std::vector<Site> sites{site};
    for (const std::string& name : options.more_sites) {
      site.name = name;
      sites.push_back(site);
    }
    x_sites = Sites::make(std::move(sites)).value();
    EngineParts parts{x_log,
                      x_store,
                      x_clock,
                      x_sites,
                      [](const Rules& rules) { return operators::make_operators(rules, {}); },
                      std::make_unique<EchoDecider>(),
                      {},
                      {},
                      nullptr,
                      operators::audience::make_probe};
    x_engine = Engine::open(options.engine, std::move(parts),
                            {{"carted", "Has a cart", "test", "count(add_to_cart, 1d) >= 1"},
                             {"viewers", "", "", "count(view_item, 1d) >= 1"}})
                   .value();
    x_server = io::Server::make(options.server, *x_engine).value();
  }
  ~ServerRig() {
    x_server.reset();
    EXPECT_TRUE(x_engine->stop());
  }

  [[nodiscard]] Engine& engine() { return *x_engine; }
  [[nodiscard]] io::Server& server() { return *x_server; }
  [[nodiscard]] uint16_t port() const { return x_server->port(); }
  [[nodiscard]] state::MemoryLog& log() { return x_log; }
  [[nodiscard]] ManualClock& clock() { return x_clock; }

 private:
  Sites x_sites;
  ManualClock x_clock{WallTime{1'700'000'000'000}};
  state::MemoryLog x_log;
  state::MemoryStateStore x_store;
  std::unique_ptr<Engine> x_engine;
  std::unique_ptr<io::Server> x_server;
};

inline constexpr int64_t kNow = 1'700'000'000'000;

inline std::string event_json(const std::string& visitor, const std::string& type, int64_t at,
                              const std::string& id = {}) {
  std::string json =
      R"({"visitor":")" + visitor + R"(","type":")" + type + R"(","at":)" + std::to_string(at);
  if (!id.empty()) json += R"(,"event_id":")" + id + "\"";
  return json + "}";
}

// The string value of the first "name":"…" in JSON that our own server wrote.
inline std::string text_of(const std::string& json, const std::string& name) {
  const std::string key = "\"" + name + "\":\"";
  const size_t at = json.find(key);
  if (at == std::string::npos) return {};
  const size_t begin = at + key.size();
  return json.substr(begin, json.find('"', begin) - begin);
}

inline size_t count_of(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++count;
  return count;
}

}  // namespace rekindle::testing
