// A certificate for 127.0.0.1, signed by itself, and its key, in files that go away with it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "io/tls/tls_config.h"
#include "tests/support/scratch_directory.h"

namespace rekindle::testing {

class Certificate {
 public:
  explicit Certificate(int64_t serial = 1) { renew(serial); }
  // Writes another key and certificate over them.
  void renew(int64_t serial);
  [[nodiscard]] io::TlsConfig config() const;
  [[nodiscard]] std::string path(const char* name) const;

 private:
  ScratchDirectory x_directory;
};

// Speaks TLS to a port of this machine, whoever signed its certificate.
class TlsClient {
 public:
  enum class Version : uint8_t { kAny, k11, k12, k13 };
  // Throws boost::system::system_error when the handshake fails.
  explicit TlsClient(uint16_t port, Version version = Version::kAny, const char* ciphers = nullptr,
                     std::string protocols = {});
  ~TlsClient();
  void send(std::string_view bytes);
  // All that comes until the peer says goodbye; throws when it ends without that.
  std::string read_all();
  std::string read_until(std::string_view text);  // all up to and with it
  [[nodiscard]] int64_t serial() const;           // of the server's certificate
  [[nodiscard]] std::string version() const;
  [[nodiscard]] std::string protocol() const;  // chosen by ALPN; empty: none

 private:
  struct Impl;
  std::unique_ptr<Impl> x_impl;
};

// A WebSocket over TLS: sends a frame and gives the answer.
[[nodiscard]] std::string tls_websocket_answer(uint16_t port, const std::string& target,
                                               const std::string& frame);

}  // namespace rekindle::testing
