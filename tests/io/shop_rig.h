// A server on 127.0.0.1 for two sites, on a real engine with in-memory stores that outlive it: it
// can be stopped, which saves everybody, and started again. Used by the tests in this folder that
// need audiences of their own; the others take server_rig.h.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/engine.h"
#include "io/server.h"
#include "operators/catalog.h"
#include "operators/clv/clv_models.h"
#include "state/memory_log.h"
#include "state/memory_state_store.h"
#include "tests/io/clients.h"

namespace rekindle::testing {

class ShopRig {
 public:
  explicit ShopRig(std::vector<AudienceDefinition> audiences) : x_audiences(std::move(audiences)) {
    std::vector<Site> sites;
    for (const char* name : {"shop", "outlet"}) {
      Site& site = sites.emplace_back();
      site.name = name;
      site.id = site_id(name);
      site.currency = Currency::parse("EUR").value();
    }
    x_sites = Sites::make(sites).value();
    start();
  }
  ~ShopRig() { stop(); }

  void restart() {
    stop();
    start();
  }

  Answer get(const std::string& target) { return x_client->get(target); }
  // Events, of which none may be refused.
  void put(const std::string& lines) {
    const Answer answer = x_client->post("/v1/events", lines);
    ASSERT_EQ(200u, answer.result_int()) << answer.body();
    ASSERT_NE(std::string::npos, answer.body().find("\"rejected\":[]")) << answer.body();
  }
  Answer clock(const std::string& body) { return x_client->post("/v1/clock", body); }

 private:
  void start() {
    EngineConfig config;
    config.partitions = 8;
    config.shards = 2;
    config.clock = ClockMode::kEvents;
    EngineParts parts{x_log,
                      x_store,
                      x_clock,
                      x_sites,
                      [](const Rules& rules) { return operators::make_operators(rules, {}); },
                      nullptr,
                      {},
                      {},
                      operators::make_clv_models()};
    x_engine = Engine::open(config, std::move(parts), x_audiences).value();
    io::ServerConfig server;
    server.port = 0;
    x_server = io::Server::make(server, *x_engine).value();
    x_client = std::make_unique<Client>(x_server->port());
  }
  void stop() {
    x_client.reset();
    x_server.reset();
    EXPECT_TRUE(x_engine->stop());
    x_engine.reset();
  }

  std::vector<AudienceDefinition> x_audiences;
  Sites x_sites;
  ManualClock x_clock{WallTime{1'780'000'000'000}};
  state::MemoryLog x_log;
  state::MemoryStateStore x_store;
  std::unique_ptr<Engine> x_engine;
  std::unique_ptr<io::Server> x_server;
  std::unique_ptr<Client> x_client;
};

}  // namespace rekindle::testing
