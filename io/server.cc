#include "io/server.h"

#include <spdlog/spdlog.h>
#include <boost/asio/ip/address.hpp>

#include "io/access/keyring.h"
#include "io/audit/audit_log.h"
#include "io/consent/consent_door.h"
#include "io/debug/debug_tap.h"
#include "io/errands.h"
#include "io/feed.h"
#include "io/intake.h"
#include "io/io_thread.h"
#include "io/metrics.h"
#include "io/pages.h"
#include "io/reports/ledger_keeper.h"
#include "io/tls/server_tls.h"
#include "io/webhooks/webhooks.h"

namespace rekindle::io {

Result<void> check_address(const ServerConfig& config) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(config.address, error);
  if (error) {
    return Error{ErrorCode::kInvalidConfiguration, "'" + config.address + "' is no IP address"};
  }
  if (address.is_loopback() || config.access.has_keys()) return {};
  return Error{ErrorCode::kInvalidConfiguration,
               "without keys everybody who reaches " + config.address +
                   " could read and change everything: make keys with `rekindle key new`, or "
                   "listen on 127.0.0.1"};
}

struct Server::Parts {
  Parts(const ServerConfig& server_config, Engine& server_engine)
      : config(server_config),
        consent(server_config.collect, server_engine.sites()),
        bots(server_config.bots, server_engine.sites()),
        metrics(server_engine, intake),
        ledger(server_engine),
        shared{config,  server_engine, intake, errands, metrics, webhooks, ledger, reports,
               keyring, pages,         audit,  consent, bots,    debug,    tls} {}

  ServerConfig config;
  Keyring keyring;
  AuditLog audit;
  ConsentDoor consent;
  BotDoor bots;
  DebugTap debug;
  std::unique_ptr<ServerTls> tls;
  IntakeCounters intake;
  Errands errands;
  Errands reports;
  Metrics metrics;
  std::unique_ptr<Webhooks> webhooks;
  LedgerKeeper ledger;
  Pages pages;
  ServerParts shared;
  // Shared with the engine's listener, which may be called once more after the server is gone.
  std::shared_ptr<Feed> feed = std::make_shared<Feed>();
  std::vector<std::unique_ptr<IoThread>> threads;
  uint16_t port = 0;
  bool is_running = false;
};

Server::Server(std::unique_ptr<Parts> parts) : x_parts(std::move(parts)) {}

Server::~Server() {
  stop();
}

Result<std::unique_ptr<Server>> Server::make(const ServerConfig& config, Engine& engine) {
  if (config.io_threads == 0) {
    return Error{ErrorCode::kInvalidConfiguration, "io_threads must be at least 1"};
  }
  if (auto safe = check_address(config); !safe) return safe.error();
  auto parts = std::make_unique<Parts>(config, engine);
  if (auto added = parts->keyring.add(config.access, engine.sites()); !added) return added.error();
  parts->metrics.watch(parts->keyring);
  auto pages = Pages::make(config);
  if (!pages) return pages.error();
  parts->pages = *std::move(pages);
  parts->metrics.watch(parts->consent);
  parts->metrics.watch(parts->bots);
  if (auto opened = parts->audit.open(config.audit_directory); !opened) return opened.error();
  if (config.tls.is_on()) {
    auto tls = ServerTls::make(config.tls);
    if (!tls) return tls.error();
    parts->tls = *std::move(tls);
  }
  parts->port = config.port;
  const bool shared = config.io_threads > 1;
  if (shared && config.port != 0) {
    // Sharing a port between threads would share it with another process as well: make sure that
    // nobody has it.
    IoThread probe(parts->shared, parts->feed->add_tap());
    const auto free = probe.listen(config.address, config.port, false);
    if (!free) return free.error();
  }
  for (uint32_t i = 0; i < config.io_threads; ++i) {
    parts->threads.push_back(std::make_unique<IoThread>(parts->shared, parts->feed->add_tap()));
    const auto port = parts->threads.back()->listen(config.address, parts->port, shared);
    if (!port) return port.error();
    parts->port = *port;
    parts->metrics.watch(parts->threads.back()->counters());
  }
  auto webhooks = Webhooks::make(engine, config.webhooks, parts->feed->add_bell());
  if (!webhooks) return webhooks.error();
  parts->webhooks = *std::move(webhooks);
  parts->metrics.watch(*parts->webhooks);
  if (auto opened = parts->ledger.open(); !opened) return opened.error();
  parts->ledger.start();
  engine.listen([feed = parts->feed](const CommittedChanges& changes) { feed->publish(changes); });
  for (size_t i = 0; i < parts->threads.size(); ++i) {
    const bool has_core = i < config.io_cores.size();
    parts->threads[i]->start(has_core ? std::optional(config.io_cores[i]) : std::nullopt);
  }
  parts->webhooks->start();
  parts->is_running = true;
  spdlog::info("listening on {}:{} with {} io thread(s)", config.address, parts->port,
               config.io_threads);
  if (parts->keyring.is_open()) {
    spdlog::warn("no keys are configured: whoever reaches {}:{} may read and change everything",
                 config.address, parts->port);
  }
  return std::unique_ptr<Server>(new Server(std::move(parts)));
}

bool Server::certificate_changed() const {
  return x_parts->tls != nullptr && x_parts->tls->files_changed();
}

Result<void> Server::reload_certificate() {
  if (x_parts->tls == nullptr) return {};
  return x_parts->tls->reload();
}

uint16_t Server::port() const {
  return x_parts->port;
}

void Server::stop() {
  if (!x_parts->is_running) return;
  x_parts->is_running = false;
  for (auto& thread : x_parts->threads) thread->stop();
  for (auto& thread : x_parts->threads) thread->join();
  x_parts->webhooks->stop();
  x_parts->ledger.stop();
  spdlog::info("stopped listening on port {}", x_parts->port);
}

}  // namespace rekindle::io
