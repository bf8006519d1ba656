// How the server listens and what it lets in. Plain values with their defaults; the program fills
// it from the configuration file.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "io/access/access_config.h"
#include "io/bots/bot_door.h"
#include "io/consent/collect_config.h"
#include "io/cookie_config.h"
#include "io/hooks/hook_config.h"
#include "io/reports/channel.h"
#include "io/tls/tls_config.h"
#include "io/webhooks/webhook_config.h"

namespace rekindle::io {

// Which site a tracker's key (write key, measurement id, pixel id, …) belongs to.
struct TrackerKey {
  std::string key;
  std::string site;
};
// A path of our own choosing for a tracker's: blockers know the usual ones.
struct TrackerPath {
  std::string path;
  std::string stands_for;
};

struct ServerConfig {
  std::string address = "127.0.0.1";  // IPv4 or IPv6 to listen on
  uint16_t port = 8080;               // 0: any free one; see Server::port()
  uint32_t io_threads = 1;
  std::vector<unsigned> io_cores;       // by io thread, the core it stays on; empty: anywhere
  std::string pixel_alias = "/p";       // a second path for the pixel; empty: none
  std::string script = "/rekindle.js";  // where browsers get the script; empty: nowhere
  std::string demo;                     // directory of the demo shop, for /demo/; empty: none
  std::string default_site;             // for events that name none
  bool clock_from_anywhere = false;     // POST /v1/clock from other hosts than this one
  // /health/ready says no below this …
  uint64_t free_bytes_min = 512ULL * 1'024 * 1'024;
  // … as measured by this; not checked when absent. Called on an io thread; must not block long.
  std::function<uint64_t()> free_bytes;
  // /health/ready says no when deadlines fire later than this.
  int64_t deadline_lag_ms_max = 60'000;
  std::vector<WebhookConfig> webhooks;
  std::vector<HookConfig> hooks;  // webhooks that come in
  TlsConfig tls;
  CookieConfig cookie;
  std::vector<CollectConfig> collect;   // of sites that say something
  std::vector<ChannelConfig> channels;  // the same
  std::vector<BotConfig> bots;          // the same
  std::string audit_directory;          // of the audit log; empty: it is kept in memory only
  AccessConfig access;                  // without keys: who may reach the port may do everything
  std::vector<TrackerKey> tracker_keys;
  std::vector<TrackerPath> tracker_paths;
  std::vector<std::string> redirect_hosts;  // where a tracker's redirect may lead
};

}  // namespace rekindle::io
