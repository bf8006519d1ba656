// The cookie that names a visitor who has no other name: plain values from the configuration.
#pragma once

#include <string>
#include <vector>

namespace rekindle::io {

struct CookieConfig {
  // Domains it may be set for, "shop.example": the one that both this server's host and the page's
  // lie in is taken. Empty, or none fits: the host alone.
  std::vector<std::string> domains;
  bool secure = false;  // also where TLS ends before us; with TLS it is always
};

}  // namespace rekindle::io
