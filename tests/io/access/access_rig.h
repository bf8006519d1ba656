// Keys for the tests of who may do what: two sites, a key of every kind.
#pragma once

#include <string>

#include "core/sha256.h"
#include "tests/io/clients.h"
#include "tests/io/server_rig.h"

namespace rekindle::testing {

inline std::string bearer(const std::string& key) {
  return "Authorization: Bearer " + key + "\r\n";
}

inline io::SecretKeyConfig secret(const std::string& name, const std::string& site,
                                  std::initializer_list<io::Scope> scopes) {
  io::SecretKeyConfig config{name, sha256_hex("sk_" + name), site, {}, {}};
  for (const io::Scope scope : scopes) config.scopes.add(scope);
  return config;
}

inline io::PublicKeyConfig public_key(const std::string& name, const std::string& site) {
  io::PublicKeyConfig config;
  config.name = name;
  config.key = "pk_" + name;
  config.site = site;
  return config;
}

// The text of each key is pk_NAME or sk_NAME.
inline ServerRigOptions with_keys(bool two_sites = true) {
  ServerRigOptions options;
  options.server.default_site = "shop";
  if (two_sites) options.more_sites = {"other"};
  auto& access = options.server.access;
  access.public_keys.push_back(public_key("page", "shop"));
  access.public_keys.push_back(public_key("page2", "shop"));
  access.public_keys.push_back(public_key("decider", "shop"));
  access.public_keys.back().decides = true;
  access.public_keys.push_back(public_key("listed", "shop"));
  access.public_keys.back().origins = {"https://shop.example", "https://*.shop.example"};
  access.secret_keys.push_back(secret("root", "", {io::Scope::kAdmin}));
  access.secret_keys.push_back(secret("reader", "shop", {io::Scope::kAudiencesRead}));
  access.secret_keys.push_back(secret("shopadmin", "shop", {io::Scope::kAdmin}));
  access.secret_keys.push_back(secret("sender", "shop", {io::Scope::kCollect}));
  if (two_sites) access.public_keys.push_back(public_key("elsewhere", "other"));
  return options;
}

inline Answer ask(Client& client, const std::string& method, const std::string& target,
                  const std::string& headers = {}) {
  client.send(method + " " + target + " HTTP/1.1\r\nHost: t\r\nContent-Length: 0\r\n" + headers +
              "\r\n");
  return client.read(method == "HEAD");
}

}  // namespace rekindle::testing
