// The front doors: HTTP, WebSocket and pixel on one port, served by io threads.
//
// Thread: make, stop, the certificate and the destructor from one; port() from any. Life: make it
// on a running engine; stop it (or destroy it) before the engine stops, so that what is in flight
// is answered.
#pragma once

#include <memory>
#include <vector>

#include "core/engine.h"
#include "core/error.h"
#include "io/server_config.h"

namespace rekindle::io {

// Errors: kInvalidConfiguration: no IP address, or one that others reach while there are no keys.
[[nodiscard]] Result<void> check_address(const ServerConfig& config);

class Server {
 public:
  // Listens when it returns. Sets the engine's change listener. Errors: kInvalidConfiguration.
  [[nodiscard]] static Result<std::unique_ptr<Server>> make(const ServerConfig& config,
                                                            Engine& engine);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] uint16_t port() const;
  // Whether the files of the certificate differ from those read last; false without TLS.
  [[nodiscard]] bool certificate_changed() const;
  // Connections made from now on have the certificate as it is now. Errors: kInvalidConfiguration,
  // and then the old one stays in use.
  [[nodiscard]] Result<void> reload_certificate();
  // Takes no more connections and requests, answers what is in flight, closes WebSockets with 1001,
  // ends the threads. Connections that do not end within seconds are cut.
  void stop();

 private:
  struct Parts;
  explicit Server(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> x_parts;
};

}  // namespace rekindle::io
