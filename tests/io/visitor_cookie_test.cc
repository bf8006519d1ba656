#include "io/visitor_cookie.h"

#include <gtest/gtest.h>

#include "tests/io/clients.h"
#include "tests/io/server_rig.h"

namespace rekindle::testing {
namespace {

constexpr const char* kVisitor = "01234567-89ab-4def-8123-456789abcdef";

std::string rest(const std::string& host, const std::string& origin, bool encrypted,
                 const io::CookieConfig& config) {
  io::Request request;
  request.host = host;
  request.origin = origin;
  request.is_encrypted = encrypted;
  const std::string cookie = io::visitor_cookie(config, request, kVisitor);
  const std::string begin = std::string("rk_visitor=") + kVisitor + "; Path=/; Max-Age=31536000; ";
  EXPECT_EQ(0u, cookie.find(begin)) << cookie;
  return cookie.substr(begin.size());
}

TEST(VisitorCookie, IsForTheHostAloneWithoutDomains) {
  EXPECT_EQ("HttpOnly; SameSite=Lax", rest("127.0.0.1:8080", "", false, {}));
  EXPECT_EQ("HttpOnly; Secure; SameSite=Lax", rest("shop.example", "", true, {}));
  EXPECT_EQ("HttpOnly; Secure; SameSite=Lax",
            rest("shop.example", "https://shop.example", true, {}));
}

TEST(VisitorCookie, TakesTheDomainOfBothHostAndPage) {
  const io::CookieConfig config{{"shop.fr", "shop.example"}, false};
  EXPECT_EQ("HttpOnly; Domain=shop.example; Secure; SameSite=Lax",
            rest("events.shop.example:8443", "https://www.shop.example", true, config));
  EXPECT_EQ("HttpOnly; Domain=shop.fr; Secure; SameSite=Lax",
            rest("shop.fr", "https://shop.fr", true, config));
  // A page elsewhere, or a name that only looks like it.
  for (const char* page :
       {"https://www.shop.fr", "https://evilshop.example", "https://a.example"}) {
    EXPECT_EQ("HttpOnly; Secure; SameSite=None", rest("events.shop.example", page, true, config))
        << page;
  }
  EXPECT_EQ("HttpOnly; Secure; SameSite=None",
            rest("evilshop.example", "https://www.shop.example", true, config));
}

TEST(VisitorCookie, IsSecureWhereTlsEndsBeforeUs) {
  EXPECT_EQ("HttpOnly; Secure; SameSite=None",
            rest("events.example", "https://shop.example", false, {{}, true}));
  // Without Secure browsers refuse SameSite=None.
  EXPECT_EQ("HttpOnly; SameSite=Lax", rest("events.example", "http://shop.example", false, {}));
}

TEST(VisitorCookie, NamesThePixelsVisitorAndTheEventsOfItsPages) {
  ServerRig rig;
  Client client(rig.port());
  const std::string set = client.get("/pixel.gif?e=page_view")["Set-Cookie"];
  const std::string cookie = "Cookie: a=b; " + set.substr(0, set.find(';')) + "\r\n";
  const std::string name = set.substr(11, 36);
  EXPECT_EQ("", client.get("/pixel.gif?e=page_view", cookie)["Set-Cookie"]);
  const std::string event = R"({"type":"page_view"})";
  const auto answer = client.post("/v1/events", event, cookie);
  EXPECT_NE(std::string::npos, answer.body().find("\"accepted\":1")) << answer.body();
  EXPECT_EQ("", answer["Set-Cookie"]);
  EXPECT_NE(std::string::npos,
            client.get("/v1/visitors/" + name).body().find(R"("type":"page_view","count":3)"));
  // A page without the cookie gets it; a server that forgets the visitor is told so.
  const auto first = client.post("/v1/events", event, "Origin: https://shop.example\r\n");
  EXPECT_EQ(0u, first["Set-Cookie"].find("rk_visitor="));
  const auto named = client.post("/v1/events", event_json("ann", "page_view", kNow),
                                 "Origin: https://shop.example\r\n");
  EXPECT_EQ("", named["Set-Cookie"]);
  EXPECT_EQ("missing_field", text_of(client.post("/v1/events", event).body(), "reason"));
}

}  // namespace
}  // namespace rekindle::testing
