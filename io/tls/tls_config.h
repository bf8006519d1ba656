// Where the server's certificate is. Plain values; empty: no TLS.
#pragma once

#include <string>

namespace rekindle::io {

struct TlsConfig {
  std::string certificate_file;  // PEM: the server's, then those it was signed by
  std::string key_file;          // PEM, not encrypted
  [[nodiscard]] bool is_on() const { return !certificate_file.empty(); }
};

}  // namespace rekindle::io
