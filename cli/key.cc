#include "cli/key.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "cli/exit_code.h"
#include "core/assert.h"
#include "core/sha256.h"
#include "io/access/scope.h"

namespace rekindle::cli {
namespace {

constexpr const char* kFooter =
    R"(A public key stands in your pages: it says whose events they are, and may never read.
A secret key is shown once, here. The configuration has its hash only: the line to add is printed
below it. Several keys at a time are fine: add the new one, restart, change its users, remove the old.

Examples:
  rekindle key new --public                       for sites[].public_keys
  rekindle key new --name shop-server --scope decide --scope visitors:read
  rekindle key new --name operator --scope admin  for `keys`: all sites)";

struct KeyOptions {
  bool is_public = false;
  std::string name;
  std::vector<std::string> scopes;
};

// `bytes` random ones as letters and digits that need no escaping anywhere: 64 of them, six bits
// each.
std::string random_text(size_t bytes) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::array<unsigned char, 64> random{};
  RK_ASSERT(bytes <= random.size());
  RK_ASSERT(getrandom(random.data(), bytes, 0) == static_cast<ssize_t>(bytes));
  std::string text;
  for (size_t i = 0; i < bytes; ++i) text.push_back(kDigits[random[i] & 63]);
  return text;
}

int new_public_key() {
  constexpr size_t kLetters = 16;  // 96 bits: nobody's by chance
  const std::string key = "pk_" + random_text(kLetters);
  fmt::print("{}\n", key);
  fmt::print(stderr, "\nAdd it to the site's public_keys:\n  - {{key: {}, origins: [{}]}}\n", key,
             "\"https://shop.example\"");
  return kExitOk;
}

int new_secret_key(const KeyOptions& options) {
  std::string scopes;
  for (const std::string& name : options.scopes) {
    if (!io::parse_scope(name)) {
      fmt::print(stderr, "there is no scope '{}'\n", name);
      return kExitUsage;
    }
    scopes += (scopes.empty() ? "" : ", ") + name;
  }
  if (scopes.empty() || options.name.empty()) {
    fmt::print(stderr, "a secret key needs --name and at least one --scope\n");
    return kExitUsage;
  }
  constexpr size_t kLetters = 43;  // 258 bits
  const std::string key = "sk_" + random_text(kLetters);
  fmt::print("{}\n", key);
  fmt::print(stderr,
             "\nThe key above is shown this once. Add to the site's secret_keys, or to `keys` for "
             "all sites:\n  - {{name: {}, hash: \"sha256:{}\", scopes: [{}]}}\n",
             options.name, sha256_hex(key), scopes);
  return kExitOk;
}

}  // namespace

void add_key_command(CommandLine& line) {
  auto options = std::make_shared<KeyOptions>();
  Command key = line.add("key", "Make keys for sites, servers and people");
  Command make = key.add("new", "Print a fresh key, and the line of configuration for it");
  make.flag("--public", options->is_public, "One that stands in pages and may never read");
  make.option("--name", options->name, "What metrics and the audit log call a secret key");
  make.option("--scope", options->scopes, "What it may do; more than once for more");
  make.footer(kFooter);
  make.runs([options] { return options->is_public ? new_public_key() : new_secret_key(*options); });
}

}  // namespace rekindle::cli
