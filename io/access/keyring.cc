#include "io/access/keyring.h"

#include <openssl/crypto.h>

#include <algorithm>

#include "core/limits.h"
#include "core/sha256.h"
#include "io/access/origin.h"

namespace rekindle::io {

Result<AccessKey*> Keyring::add_key(const std::string& name, const std::string& site,
                                    const std::string& what, Scopes scopes, const RateLimit& limit,
                                    const Sites& sites) {
  const Site* only = nullptr;
  if (!site.empty()) {
    only = sites.find(site);
    if (only == nullptr) {
      return Error{ErrorCode::kInvalidConfiguration, what + ": there is no site '" + site + "'"};
    }
  }
  if (std::any_of(x_keys.begin(), x_keys.end(),
                  [&](const AccessKey& key) { return key.name == name; })) {
    return Error{ErrorCode::kInvalidConfiguration, what + ": two keys have this name"};
  }
  return &x_keys.emplace_back(name, only, scopes, limit);
}

Result<void> Keyring::add(const AccessConfig& config, const Sites& sites) {
  for (const PublicKeyConfig& from : config.public_keys) {
    const std::string what = "the public key '" + from.name + "'";
    Scopes scopes;
    scopes.add(Scope::kCollect);
    if (from.decides) scopes.add(Scope::kDecide);
    if (from.site.empty()) {
      return Error{ErrorCode::kInvalidConfiguration, what + " needs a site"};
    }
    const auto key = add_key(from.name, from.site, what, scopes, from.limit, sites);
    if (!key) return key.error();
    (*key)->is_public = true;
    (*key)->origins = from.origins;
    if (!x_public.emplace(from.key, *key).second) {
      return Error{ErrorCode::kInvalidConfiguration, what + " is another one's too"};
    }
  }
  for (const SecretKeyConfig& from : config.secret_keys) {
    const std::string what = "the secret key '" + from.name + "'";
    const auto same = [&](const AccessKey* known) { return known->sha256 == from.sha256; };
    if (std::any_of(x_secret.begin(), x_secret.end(), same)) {
      return Error{ErrorCode::kInvalidConfiguration, what + " is another one's too"};
    }
    const auto key = add_key(from.name, from.site, what, from.scopes, from.limit, sites);
    if (!key) return key.error();
    (*key)->sha256 = from.sha256;
    x_secret.push_back(*key);
  }
  return {};
}

AccessKey* Keyring::find_public(std::string_view key) const {
  const auto found = x_public.find(absl::string_view(key.data(), key.size()));
  return found == x_public.end() ? nullptr : found->second;
}

AccessKey* Keyring::find_secret(std::string_view key) const {
  if (key.empty() || key.size() > limits::kKeyBytesMax || x_secret.empty()) return nullptr;
  const std::string hash = sha256_hex(key);
  AccessKey* found = nullptr;
  for (AccessKey* known : x_secret) {  // all of them, whichever it is
    if (CRYPTO_memcmp(known->sha256.data(), hash.data(), hash.size()) == 0) found = known;
  }
  return found;
}

bool Keyring::some_key_allows(std::string_view origin) const {
  return std::any_of(x_keys.begin(), x_keys.end(), [origin](const AccessKey& key) {
    return key.is_public && origin_is_allowed(key.origins, origin);
  });
}

}  // namespace rekindle::io
