#include "io/decoders/tracker.h"

#include <boost/beast/core/string.hpp>

#include <algorithm>
#include <optional>

#include "core/limits.h"
#include "io/access/gate.h"
#include "io/decoders/base64.h"

namespace rekindle::io {
namespace {

constexpr std::string_view kNoSite = "(unknown key)";  // what the rejection says

// After the scheme's name, in any letter case; empty when it is another scheme.
std::string_view after_scheme(std::string_view authorization, std::string_view scheme) {
  if (authorization.size() <= scheme.size() || authorization[scheme.size()] != ' ') return {};
  const std::string_view sent = authorization.substr(0, scheme.size());
  if (!boost::beast::iequals({sent.data(), sent.size()}, {scheme.data(), scheme.size()})) return {};
  return authorization.substr(scheme.size() + 1);
}

const TrackerKey* find_key(const ServerConfig& config, std::string_view key) {
  const auto found = std::find_if(config.tracker_keys.begin(), config.tracker_keys.end(),
                                  [key](const TrackerKey& known) { return known.key == key; });
  return found == config.tracker_keys.end() ? nullptr : &*found;
}

}  // namespace

void TrackerCall::use_key(std::string_view name, std::string_view found) {
  if (has_key && found == key) return;
  has_key = true;
  key = found;
  if (keyring != nullptr && !keyring->is_open()) return use_known_key(name, found);
  intake.set_source(std::string(name).append("/").append(key.substr(0, limits::kIdBytesMax)));
  const TrackerKey* known = find_key(config, key);
  // "id:secret" (Jitsu): the id names the site.
  if (known == nullptr) known = find_key(config, key.substr(0, key.find(':')));
  if (known != nullptr) {
    site = known->site;
    return;
  }
  // Without keys in the configuration the server is as open as it is to its own events.
  const bool is_open =
      config.tracker_keys.empty() && (!config.default_site.empty() || sites.all().size() == 1);
  site = is_open && sites.find(key) == nullptr ? std::string_view() : key;
}

void TrackerCall::use_known_key(std::string_view name, std::string_view found) {
  // "id:secret" (Jitsu): the id is enough.
  const std::string_view parts[] = {found, found.substr(0, found.find(':'))};
  std::optional<std::string_view> owner;
  for (size_t i = 0; i < 2 && !owner; ++i) {
    AccessKey* const mine = io::find_key(*keyring, parts[i]);
    if (mine != nullptr && mine->scopes.allow(Scope::kCollect)) {
      access_key = mine;
      if (!mine->is_public) intake.hide(parts[i]);
      owner = mine->site == nullptr ? config.default_site : mine->site->name;
    } else if (const TrackerKey* const known = find_key(config, parts[i])) {
      owner = known->site;
    }
  }
  if (!owner && is_replay && sites.find(found) != nullptr) owner = found;
  is_known = is_known || owner.has_value();
  site = owner.value_or(kNoSite);
  std::string source(name);
  if (owner) source.append("/").append(*owner);
  intake.set_source(source);
}

void TrackerCall::refuse_body(const Error& error, std::string_view raw) {
  unreadable = true;
  intake.reject(error.code, error.detail, raw);
}

std::string_view key_in_authorization(std::string_view authorization, std::string& scratch) {
  if (const auto bearer = after_scheme(authorization, "Bearer"); !bearer.empty()) return bearer;
  const std::string_view basic = after_scheme(authorization, "Basic");
  if (basic.empty()) return {};
  TextArena arena;
  const auto decoded = decode_base64(basic, arena);
  if (!decoded) return {};
  scratch.assign(*decoded, 0, decoded->find(':'));
  return scratch;
}

std::string_view without_slash(std::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  return path;
}

void answer_gif(Response& response) {
  response.content_type = "image/gif";
  response.headers.append("Cache-Control: no-cache, no-store, must-revalidate\r\n");
  response.body.assign(pixel_gif());
}

}  // namespace rekindle::io
