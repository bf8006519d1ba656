// The keys of a server, looked up by what a request shows. A public key costs one look-up in a hash
// table; a secret key is hashed (SHA-256) and compared with every hash known, in a time that tells
// nothing about them.
//
// Thread: made before the io threads start, then read by all of them; what a key counts is atomic.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <atomic>
#include <deque>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/site.h"
#include "io/access/access_config.h"
#include "io/access/limiter.h"

namespace rekindle::io {

// What was done with a key; relaxed.
struct KeyCounters {
  std::atomic<uint64_t> requests{0};
  std::atomic<uint64_t> events{0};
  std::atomic<uint64_t> over_limit{0};
  std::atomic<uint64_t> wrong_origin{0};
  std::atomic<uint64_t> forbidden{0};  // the scope or the site was not its own
};

struct alignas(64) AccessKey {
  AccessKey(std::string key_name, const Site* only, Scopes what, const RateLimit& limit)
      : name(std::move(key_name)), site(only), scopes(what), limiter(limit) {}

  std::string name;
  const Site* site;  // the only one it may see; null: all
  Scopes scopes;
  bool is_public = false;
  std::vector<std::string> origins;  // of a public key; empty: any
  std::string sha256;                // of a secret one
  Limiter limiter;
  KeyCounters counters;
};

class Keyring {
 public:
  // Errors: kInvalidConfiguration (an unknown site, a key or name twice).
  [[nodiscard]] Result<void> add(const AccessConfig& config, const Sites& sites);

  // No key is configured: everything is allowed.
  [[nodiscard]] bool is_open() const { return x_keys.empty(); }
  [[nodiscard]] AccessKey* find_public(std::string_view key) const;
  [[nodiscard]] AccessKey* find_secret(std::string_view key) const;
  // Whether pages of this origin may use some public key: all that a preflight can be asked.
  [[nodiscard]] bool some_key_allows(std::string_view origin) const;
  [[nodiscard]] const std::deque<AccessKey>& all() const { return x_keys; }
  // Requests that showed no key or an unknown one.
  [[nodiscard]] std::atomic<uint64_t>& unknown() const { return x_unknown; }

 private:
  Result<AccessKey*> add_key(const std::string& name, const std::string& site,
                             const std::string& what, Scopes scopes, const RateLimit& limit,
                             const Sites& sites);

  std::deque<AccessKey> x_keys;  // their places never change
  absl::flat_hash_map<std::string, AccessKey*> x_public;
  std::vector<AccessKey*> x_secret;
  mutable std::atomic<uint64_t> x_unknown{0};
};

}  // namespace rekindle::io
