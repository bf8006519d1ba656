// The server's certificate and the rules of TLS: 1.2 and 1.3, forward secrecy and authenticated
// ciphers only, HTTP/1.1 as the protocol within. Read again when it was renewed: connections made
// from then on have the new one, others go on as they are.
//
// Thread: context() on any; reload() and files_changed() on one.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>

#include "core/error.h"
#include "io/tls/tls_config.h"

namespace boost::asio::ssl {
class context;
}

namespace rekindle::io {

class ServerTls {
 public:
  // Errors: kInvalidConfiguration: a file cannot be read, or the two do not belong together.
  [[nodiscard]] static Result<std::unique_ptr<ServerTls>> make(const TlsConfig& config);

  [[nodiscard]] std::shared_ptr<boost::asio::ssl::context> context() const {
    return x_context.load(std::memory_order_acquire);
  }
  // Errors: as make(); the certificate in use stays then.
  [[nodiscard]] Result<void> reload();
  // True when a file is not the one that was read last, whether that was good or not.
  [[nodiscard]] bool files_changed() const;

 private:
  struct Stamp {
    std::filesystem::file_time_type certificate;
    std::filesystem::file_time_type key;
    friend bool operator==(const Stamp&, const Stamp&) = default;
  };

  explicit ServerTls(TlsConfig config) : x_config(std::move(config)) {}
  [[nodiscard]] Stamp stamp() const;

  TlsConfig x_config;
  Stamp x_read;  // the files' times before they were read
  std::atomic<std::shared_ptr<boost::asio::ssl::context>> x_context;
};

}  // namespace rekindle::io
