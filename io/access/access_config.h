// The keys a server knows, as the configuration has them. Plain values.
//
// A public key stands in every page of a shop, so it is no secret: it only says whose event this
// is, may send events, and may never read. A secret key is known here by the SHA-256 of its text
// only: whoever reads the configuration cannot use it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/access/scope.h"

namespace rekindle::io {

// 0: no limit.
struct RateLimit {
  uint64_t per_second = 0;  // requests and events, in the long run
  uint64_t burst = 0;       // … and so many at once; 0: those of two seconds
  uint64_t per_day = 0;     // quota of a day (UTC), counted since the server started
};

struct PublicKeyConfig {
  std::string name;  // in metrics and logs, which never have the key
  std::string key;
  std::string site;
  // Pages that may use it: "https://shop.example", "https://*.shop.example". Empty: any.
  std::vector<std::string> origins;
  bool decides = false;  // its pages may ask for offers too
  RateLimit limit;
};

struct SecretKeyConfig {
  std::string name;
  std::string sha256;  // of the key's text: 64 lower-case hex digits
  std::string site;    // empty: all of them
  Scopes scopes;
  RateLimit limit;
};

struct AccessConfig {
  std::vector<PublicKeyConfig> public_keys;
  std::vector<SecretKeyConfig> secret_keys;
  [[nodiscard]] bool has_keys() const { return !public_keys.empty() || !secret_keys.empty(); }
};

// Public keys: 8 to limits::kKeyBytesMax of A-Z a-z 0-9 _ - . so that they need no escaping.
[[nodiscard]] bool is_key_text(const std::string& text);
[[nodiscard]] bool is_sha256_hex(const std::string& text);
// "https://shop.example", "http://*.shop.example:8080".
[[nodiscard]] bool is_origin_pattern(const std::string& text);

}  // namespace rekindle::io
