// Decides whether a request may go on: finds its key, and checks scope, site, origin and limits.
// Called by the dispatcher for routes, by the trackers' route once a decoder has found the key, and
// by WebSockets for each frame.
//
// A key is shown as "Authorization: Bearer KEY", "Authorization: Basic base64(KEY:)",
// "X-Write-Key: KEY" or, where nothing else can be sent (images, beacons, WebSockets, event
// streams), as `k=KEY` in the query string. Secret keys are taken from there on the last two only,
// because addresses end up in logs.
//
// Without keys in the configuration everything is allowed. Thread: io threads.
#pragma once

#include <optional>
#include <string_view>

#include "core/clock.h"
#include "io/access/denial.h"
#include "io/access/keyring.h"
#include "io/request.h"
#include "io/responses.h"

namespace rekindle::io {

// What a route shows: of one site (its handler keeps to Access::site()), or of all together.
enum class Reach : uint8_t { kOneSite, kAllSites };

struct Need {
  constexpr Need(Scope what, Reach how_far = Reach::kOneSite, bool secret_key_in_url = false)
      : scope(what), reach(how_far), secret_in_url(secret_key_in_url) {}
  Scope scope;
  Reach reach;
  bool secret_in_url;
};

// Who asks. Without a key: anybody, on a server that has none.
class Access {
 public:
  Access() = default;
  explicit Access(AccessKey& key) : x_key(&key) {}

  [[nodiscard]] AccessKey* key() const { return x_key; }
  // The only site it may see and write to; null: all.
  [[nodiscard]] const Site* site() const { return x_key == nullptr ? nullptr : x_key->site; }
  // The site a request means: the named one, else the key's own, else the configured default, else
  // the only one. Errors: kUnknownSite, also for one that is not the key's, whether it exists or
  // not.
  [[nodiscard]] Result<const Site*> find_site(std::string_view named, std::string_view default_site,
                                              const Sites& sites) const;
  [[nodiscard]] bool may(Scope scope) const {
    return x_key == nullptr || x_key->scopes.allow(scope);
  }
  // kForbidden, and counted, when it may not.
  [[nodiscard]] Denial check(Scope scope) const;
  // kRateLimited, and counted, when the key's limit is reached; else one is taken.
  [[nodiscard]] Denial take_one(const Clock& clock) const;
  // What a request was found to hold: its events, of which the request itself paid for the first.
  void count_events(uint64_t events, const Clock& clock) const;

 private:
  AccessKey* x_key = nullptr;
};

// Nothing when it may go on, else the answer. `access` is whose key it is, as far as that is known.
// REQUIRES: !keyring.is_open().
[[nodiscard]] std::optional<Response> admit(const Keyring& keyring, const Request& request,
                                            const Need& need, size_t sites, const Clock& clock,
                                            Access& access);
// The same for a key that was found elsewhere, in a body. Nothing: it may go on.
[[nodiscard]] std::optional<Response> admit_found(AccessKey& key, const Request& request,
                                                  const Clock& clock);
// The key's owner by its text, public or secret; null: unknown.
[[nodiscard]] AccessKey* find_key(const Keyring& keyring, std::string_view text);

[[nodiscard]] Response unauthorized(const Keyring& keyring, std::string_view detail);
// 429 with Retry-After.
[[nodiscard]] Response over_limit(int64_t wait_ms);
// The origin whose pages may read the answer; empty: none. `access`: of who was let in.
[[nodiscard]] std::string_view origin_for(const Keyring& keyring, const Request& request,
                                          const Access& access);

}  // namespace rekindle::io
