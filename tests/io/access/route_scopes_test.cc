// Walks the table of routes: none may be reached without its key, and a public key reads nothing.
#include <gtest/gtest.h>

#include <algorithm>

#include "io/routes/routes.h"
#include "tests/io/access/access_rig.h"

namespace rekindle::testing {
namespace {

std::string method_of(const io::Route& route) {
  switch (route.method) {
    case io::Method::kGet: return "GET";
    case io::Method::kPost: return "POST";
    case io::Method::kPut: return "PUT";
    case io::Method::kDelete: return "DELETE";
    default: return "OPTIONS";
  }
}

std::string target_of(const io::Route& route) {
  std::string path(route.pattern);
  if (const size_t brace = path.find("{}"); brace != std::string::npos) path.replace(brace, 2, "1");
  return path;
}

bool is_open(const io::Route& route) {
  return route.need.scope == io::Scope::kOpen || route.need.scope == io::Scope::kSigned;
}

// What who has no key is told.
unsigned without_key(const io::Route& route) {
  if (route.need.scope == io::Scope::kSigned) return 404u;  // no hook has that name
  return is_open(route) ? 200u : 401u;
}

// Every route, asked with the same headers (and query), each on a connection of its own.
template <typename Expect>
void walk(ServerRig& rig, const std::string& headers, const std::string& query, Expect expect) {
  for (const io::Route& route : io::route_table()) {
    SCOPED_TRACE(method_of(route) + " " + target_of(route));
    Client client(rig.port());
    client.send(method_of(route) + " " + target_of(route) + query +
                " HTTP/1.1\r\nHost: t\r\nContent-Length: 0\r\n" + headers + "\r\n");
    expect(route, client.read_status());
  }
}

TEST(RouteScopes, NobodyComesInWithoutAKey) {
  ServerRig rig(with_keys());
  walk(rig, "", "",
       [](const io::Route& route, unsigned status) { EXPECT_EQ(without_key(route), status); });
}

TEST(RouteScopes, NorWithAnUnknownOne) {
  ServerRig rig(with_keys());
  for (const std::string& shown :
       {bearer("sk_nobody"), bearer("pk_nobody"), std::string("X-Write-Key: x\r\n"), bearer(""),
        bearer(std::string(5'000, 'a')), std::string("Authorization: Basic ====\r\n"),
        std::string("Authorization: sk_root\r\n"), bearer(sha256_hex("sk_root"))}) {
    walk(rig, shown, "",
         [](const io::Route& route, unsigned status) { EXPECT_EQ(without_key(route), status); });
  }
}

TEST(RouteScopes, APublicKeySendsAndNeverReads) {
  ServerRig rig(with_keys(false));
  const auto expect = [](const io::Route& route, unsigned status) {
    const auto scope = route.need.scope;
    const bool sends = scope == io::Scope::kCollect || scope == io::Scope::kAnyKey;
    if (is_open(route) || sends) {
      EXPECT_NE(401u, status);
      EXPECT_NE(403u, status);
    } else {
      EXPECT_EQ(403u, status);
    }
  };
  walk(rig, bearer("pk_page"), "", expect);
  walk(rig, "X-Write-Key: pk_page\r\n", "", expect);
  walk(rig, "", "?k=pk_page", expect);
}

TEST(RouteScopes, ASecretKeyDoesWhatItsScopesSay) {
  ServerRig rig(with_keys(false));
  walk(rig, bearer("sk_reader"), "", [](const io::Route& route, unsigned status) {
    const auto scope = route.need.scope;
    const bool may =
        is_open(route) || scope == io::Scope::kAnyKey || scope == io::Scope::kAudiencesRead;
    EXPECT_EQ(may, status != 403u) << status;
    EXPECT_NE(401u, status);
  });
}

TEST(RouteScopes, AdminDoesAll) {
  ServerRig rig(with_keys());
  walk(rig, bearer("sk_root"), "", [](const io::Route&, unsigned status) {
    EXPECT_NE(401u, status);
    EXPECT_NE(403u, status);
  });
}

TEST(RouteScopes, SecretKeysStayOutOfAddresses) {
  ServerRig rig(with_keys());
  walk(rig, "", "?k=sk_root", [](const io::Route& route, unsigned status) {
    EXPECT_EQ(is_open(route) || route.need.secret_in_url, status != 401u) << status;
  });
}

TEST(RouteScopes, OneSitesKeySeesNothingThatCountsAll) {
  ServerRig rig(with_keys());
  walk(rig, bearer("sk_shopadmin"), "", [](const io::Route& route, unsigned status) {
    EXPECT_EQ(route.need.reach == io::Reach::kAllSites, status == 403u) << status;
  });
}

TEST(RouteScopes, WithoutKeysAllIsOpen) {
  ServerRig rig;
  walk(rig, "", "", [](const io::Route&, unsigned status) {
    EXPECT_NE(401u, status);
    EXPECT_NE(403u, status);
  });
}

// Only what pages need is for pages.
TEST(RouteScopes, BrowsersOfOtherOriginsReachNoMoreThanTheyNeed) {
  for (const io::Route& route : io::route_table()) {
    const auto scope = route.need.scope;
    const bool for_pages = scope == io::Scope::kCollect || scope == io::Scope::kDecide;
    EXPECT_TRUE(for_pages || !route.from_browsers) << route.pattern;
    EXPECT_TRUE(!route.uses_cookie || scope == io::Scope::kCollect) << route.pattern;
  }
}

}  // namespace
}  // namespace rekindle::testing
