#include "io/access/gate.h"

#include <string>

#include "core/limits.h"
#include "io/access/denial.h"
#include "io/access/origin.h"
#include "io/decoders/tracker.h"

namespace rekindle::io {
namespace {

void count(std::atomic<uint64_t>& counter, uint64_t n = 1) {
  counter.fetch_add(n, std::memory_order_relaxed);
}

// The first k=…, as it stands there: keys need no escaping.
std::string_view key_in_query(std::string_view query) {
  while (!query.empty()) {
    const size_t end = query.find('&');
    if (query.starts_with("k=")) return query.substr(2, end == query.npos ? end : end - 2);
    if (end == std::string_view::npos) return {};
    query.remove_prefix(end + 1);
  }
  return {};
}

struct Shown {
  std::string_view text;
  bool in_url = false;
};

Shown shown_key(const Request& request, std::string& scratch) {
  if (!request.authorization.empty()) {
    return {key_in_authorization(request.authorization, scratch)};
  }
  if (!request.write_key.empty()) return {request.write_key};
  return {key_in_query(request.query), true};
}

// A page that sends no Origin (images, links) usually says where it is all the same.
bool comes_from_allowed_page(const AccessKey& key, const Request& request) {
  if (!request.origin.empty()) return origin_is_allowed(key.origins, request.origin);
  const std::string_view page = origin_of(request.referer);
  return page.empty() || origin_is_allowed(key.origins, page);
}

Response forbidden(AccessKey& key, std::string_view detail) {
  count(key.counters.forbidden);
  return problem(Denial::kForbidden, detail);
}

}  // namespace

Result<const Site*> Access::find_site(std::string_view named, std::string_view default_site,
                                      const Sites& sites) const {
  const Error unknown{ErrorCode::kUnknownSite, std::string(named.substr(0, limits::kIdBytesMax))};
  if (const Site* const only = site()) {
    if (named.empty() || named == only->name) return only;
    count(x_key->counters.forbidden);
    return unknown;
  }
  if (named.empty()) named = default_site;
  if (named.empty() && sites.all().size() == 1) return &sites.all().front();
  if (const Site* const found = sites.find(named)) return found;
  return unknown;
}

Denial Access::check(Scope scope) const {
  if (may(scope)) return Denial::kNone;
  count(x_key->counters.forbidden);
  return Denial::kForbidden;
}

Denial Access::take_one(const Clock& clock) const {
  if (x_key == nullptr) return Denial::kNone;
  if (x_key->limiter.is_limited() && x_key->limiter.admit(clock.now()) > 0) {
    count(x_key->counters.over_limit);
    return Denial::kRateLimited;
  }
  count(x_key->counters.requests);
  return Denial::kNone;
}

void Access::count_events(uint64_t events, const Clock& clock) const {
  if (x_key == nullptr || events == 0) return;
  count(x_key->counters.events, events);
  if (x_key->limiter.is_limited()) x_key->limiter.charge(events - 1, clock.now());
}

AccessKey* find_key(const Keyring& keyring, std::string_view text) {
  if (text.empty()) return nullptr;
  if (AccessKey* const key = keyring.find_public(text)) return key;
  return keyring.find_secret(text);
}

Response unauthorized(const Keyring& keyring, std::string_view detail) {
  count(keyring.unknown());
  Response response = problem(Denial::kUnauthorized, detail);
  response.headers = "WWW-Authenticate: Bearer realm=\"rekindle\"\r\n";
  return response;
}

Response over_limit(int64_t wait_ms) {
  constexpr int64_t kMsPerSecond = 1'000;
  Response response = problem(Denial::kRateLimited);
  response.headers =
      "Retry-After: " + std::to_string((wait_ms + kMsPerSecond - 1) / kMsPerSecond) + "\r\n";
  return response;
}

std::optional<Response> admit(const Keyring& keyring, const Request& request, const Need& need,
                              size_t sites, const Clock& clock, Access& access) {
  if (need.scope == Scope::kOpen || need.scope == Scope::kSigned) return std::nullopt;
  std::string scratch;
  const Shown shown = shown_key(request, scratch);
  AccessKey* const key = find_key(keyring, shown.text);
  if (key == nullptr) return unauthorized(keyring, shown.text.empty() ? "" : "unknown key");
  if (shown.in_url && !key->is_public && !need.secret_in_url) {
    return unauthorized(keyring, "a secret key goes into a header, not into the address");
  }
  access = Access(*key);
  if (!key->scopes.allow(need.scope)) {
    return forbidden(*key, "it needs the scope " + std::string(name_of(need.scope)));
  }
  if (need.reach == Reach::kAllSites && key->site != nullptr && sites > 1) {
    return forbidden(*key, "this counts the visitors of all sites; it needs a key for all");
  }
  return admit_found(*key, request, clock);
}

std::optional<Response> admit_found(AccessKey& key, const Request& request, const Clock& clock) {
  if (key.is_public && !key.origins.empty() && !comes_from_allowed_page(key, request)) {
    count(key.counters.wrong_origin);
    return problem(Denial::kForbidden, "pages of this origin may not use the key");
  }
  if (key.limiter.is_limited()) {
    if (const int64_t wait_ms = key.limiter.admit(clock.now()); wait_ms > 0) {
      count(key.counters.over_limit);
      return over_limit(wait_ms);
    }
  }
  count(key.counters.requests);
  return std::nullopt;
}

std::string_view origin_for(const Keyring& keyring, const Request& request, const Access& access) {
  if (!is_origin(request.origin)) return {};
  if (keyring.is_open()) return request.origin;
  const AccessKey* const key = access.key();
  if (key == nullptr || !key->is_public) return {};
  return origin_is_allowed(key->origins, request.origin) ? request.origin : std::string_view();
}

}  // namespace rekindle::io
