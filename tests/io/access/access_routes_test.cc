// What keys do at the doors: whose events they send, which site they see, from which pages, how
// often.
#include <gtest/gtest.h>

#include "io/routes/routes.h"
#include "tests/io/access/access_rig.h"

namespace rekindle::testing {
namespace {

constexpr const char* kOrigin = "Origin: https://shop.example\r\n";

std::string on_site(std::string event, const std::string& site) {
  event.insert(1, "\"site\":\"" + site + "\",");
  return event;
}

class AccessRoutes : public ::testing::Test {
 protected:
  std::string metrics() { return x_client.get("/metrics", bearer("sk_root")).body(); }
  bool is_counted(const std::string& line) {
    const std::string text = metrics();
    return text.find(line + "\n") != std::string::npos;
  }
  unsigned visitor(const std::string& name, const std::string& site) {
    return x_client.get("/v1/visitors/" + name + "?site=" + site, bearer("sk_root")).result_int();
  }

  ServerRig x_rig{with_keys()};
  Client x_client{x_rig.port()};
};

TEST_F(AccessRoutes, TakesAKeyHoweverItIsPassed) {
  const std::string event = event_json("ann", "page_view", kNow);
  // base64 of "pk_page:" and "pk_page:x"
  for (const std::string& headers :
       {bearer("pk_page"), std::string("authorization: bearer pk_page\r\n"),
        std::string("Authorization: Basic cGtfcGFnZTo=\r\n"),
        std::string("Authorization: Basic cGtfcGFnZTp4\r\n"),
        std::string("X-Write-Key: pk_page\r\n"), bearer("sk_sender")}) {
    EXPECT_EQ(200u, x_client.post("/v1/events", event, headers).result_int()) << headers;
  }
  EXPECT_EQ(200u, x_client.post("/v1/events?k=pk_page", event).result_int());
  EXPECT_EQ(200u, x_client.post("/v1/events?a=b&k=pk_page&c", event).result_int());
  EXPECT_EQ(401u, x_client.post("/v1/events?ak=pk_page", event).result_int());
  EXPECT_EQ(200u, x_client.get("/pixel.gif?k=pk_page&e=page_view&v=ann").result_int());
  EXPECT_EQ(200u, x_client.get("/p?e=page_view&v=ann&k=pk_page").result_int());
}

TEST_F(AccessRoutes, SaysHowToComeIn) {
  const auto answer = x_client.get("/v1/audiences");
  EXPECT_EQ(401u, answer.result_int());
  EXPECT_EQ("Bearer realm=\"rekindle\"", answer["WWW-Authenticate"]);
  EXPECT_EQ("application/problem+json", answer["Content-Type"]);
  EXPECT_EQ("unauthorized", text_of(answer.body(), "code"));
  EXPECT_EQ("forbidden", text_of(x_client.get("/v1/audiences", bearer("pk_page")).body(), "code"));
}

TEST_F(AccessRoutes, PutsEventsOnTheKeysSiteAndNoOther) {
  const std::string event = event_json("eve", "page_view", kNow);
  EXPECT_EQ(200u, x_client.post("/v1/events", event, bearer("pk_elsewhere")).result_int());
  EXPECT_EQ(200u, visitor("eve", "other"));
  EXPECT_EQ(404u, visitor("eve", "shop"));
  const auto refused = x_client.post("/v1/events", on_site(event, "shop"), bearer("pk_elsewhere"));
  EXPECT_EQ("unknown_site", text_of(refused.body(), "reason"));
  EXPECT_EQ(404u, visitor("eve", "shop"));
  x_client.get("/pixel.gif?e=page_view&v=pia&s=shop&k=pk_elsewhere");
  EXPECT_EQ(404u, visitor("pia", "shop"));
}

TEST_F(AccessRoutes, ShowsAKeyItsOwnSiteOnly) {
  x_client.post("/v1/events", event_json("ann", "view_item", kNow), bearer("pk_page"));
  x_client.post("/v1/events", event_json("otto", "view_item", kNow), bearer("pk_elsewhere"));
  const auto profile = [&](const std::string& target) {
    return x_client.get("/v1/visitors/" + target, bearer("sk_shopadmin"));
  };
  EXPECT_EQ(200u, profile("ann").result_int());
  EXPECT_EQ(404u, profile("otto").result_int());
  EXPECT_EQ("unknown_site", text_of(profile("otto?site=other").body(), "code"));
  // Another's site and no site at all are the same to it.
  EXPECT_EQ("unknown_site", text_of(profile("otto?site=nowhere").body(), "code"));
  EXPECT_EQ(
      400u,
      x_client.get("/v1/decide?visitor=otto&site=other", bearer("sk_shopadmin")).result_int());

  const std::string members =
      x_client.get("/v1/audiences/viewers/members", bearer("sk_reader")).body();
  EXPECT_NE(std::string::npos, members.find("\"ann\"")) << members;
  EXPECT_EQ(std::string::npos, members.find("otto")) << members;
  EXPECT_EQ(std::string::npos, members.find("\"size\"")) << members;
  EXPECT_EQ(std::string::npos, members.find("\"checksum\"")) << members;
  EXPECT_EQ(std::string::npos,
            x_client.get("/v1/audiences", bearer("sk_reader")).body().find("\"size\""));
  const std::string all = x_client.get("/v1/audiences/viewers/members", bearer("sk_root")).body();
  EXPECT_NE(std::string::npos, all.find("otto")) << all;
  EXPECT_NE(std::string::npos, all.find("\"size\":2")) << all;

  const std::string changes = x_client.get("/v1/changes?after=0", bearer("sk_reader")).body();
  EXPECT_NE(std::string::npos, changes.find("\"ann\"")) << changes;
  EXPECT_EQ(std::string::npos, changes.find("otto")) << changes;
  EventStreamClient stream(x_rig.port(), "/v1/changes/stream?after=0&k=sk_reader");
  EXPECT_EQ(200u, stream.status());
  std::string pushed;
  while (pushed.find("\"ann\"") == std::string::npos) pushed += stream.read().data;
  EXPECT_EQ(std::string::npos, pushed.find("otto")) << pushed;
}

TEST_F(AccessRoutes, HoldsAWebSocketToItsScopesAndSite) {
  WebSocketClient page(x_rig.port(), "/v1/ws?k=pk_page");
  page.send(event_json("ann", "view_item", kNow));
  EXPECT_NE(std::string::npos, page.read().find("\"accepted\":1"));
  page.send(on_site(event_json("ann", "view_item", kNow), "other"));
  EXPECT_EQ("unknown_site", text_of(page.read(), "reason"));
  page.send(R"({"subscribe":{"audiences":["*"]}})");
  EXPECT_EQ("forbidden", text_of(page.read(), "code"));
  page.send(R"({"decide":{"visitor":"ann"}})");
  EXPECT_EQ("forbidden", text_of(page.read(), "code"));

  WebSocketClient decider(x_rig.port(), "/v1/ws?k=pk_decider");
  decider.send(R"({"decide":{"visitor":"ann"}})");
  EXPECT_NE(std::string::npos, decider.read().find("\"offers\""));
  decider.send(R"({"decide":{"visitor":"ann","site":"other"}})");
  EXPECT_EQ("unknown_site", text_of(decider.read(), "code"));

  WebSocketClient reader(x_rig.port(), "/v1/ws?k=sk_reader");
  reader.send(R"({"subscribe":{"audiences":["*"]}})");
  EXPECT_NE(std::string::npos, reader.read().find("\"subscribed\":true"));
  reader.send(event_json("ann", "view_item", kNow));
  EXPECT_EQ("forbidden", text_of(reader.read(), "code"));
  x_client.post("/v1/events", event_json("otto", "view_item", kNow), bearer("pk_elsewhere"));
  x_client.post("/v1/events", event_json("bob", "view_item", kNow), bearer("pk_page"));
  EXPECT_EQ("bob", text_of(reader.read(), "visitor"));
}

TEST_F(AccessRoutes, LetsTheListedPagesInOnly) {
  const std::string event = event_json("ann", "page_view", kNow);
  const auto from = [&](const std::string& headers) {
    return x_client.post("/v1/events", event, bearer("pk_listed") + headers);
  };
  const auto welcome = from(kOrigin);
  EXPECT_EQ(200u, welcome.result_int());
  EXPECT_EQ("https://shop.example", welcome["Access-Control-Allow-Origin"]);
  EXPECT_EQ("true", welcome["Access-Control-Allow-Credentials"]);
  EXPECT_EQ("Origin", welcome["Vary"]);
  EXPECT_EQ(200u, from("Origin: https://www.shop.example\r\n").result_int());
  for (const char* headers :
       {"Origin: https://evil.example\r\n", "Origin: null\r\n", "Origin: http://shop.example\r\n",
        "Referer: https://evil.example/a\r\n"}) {
    const auto refused = from(headers);
    EXPECT_EQ(403u, refused.result_int()) << headers;
    EXPECT_EQ("", refused["Access-Control-Allow-Origin"]) << headers;
  }
  EXPECT_EQ(200u, from("Referer: https://shop.example/cart\r\n").result_int());
  EXPECT_TRUE(is_counted("rekindle_key_wrong_origin_total{key=\"listed\"} 4"));
}

TEST_F(AccessRoutes, AnswersABrowsersQuestionBeforeItSends) {
  const auto asked = [&](const std::string& path, const std::string& origin) {
    return ask(x_client, "OPTIONS", path,
               "Origin: " + origin + "\r\nAccess-Control-Request-Method: POST\r\n");
  };
  const auto events = asked("/v1/events", "https://shop.example");
  EXPECT_EQ(204u, events.result_int());
  EXPECT_EQ("https://shop.example", events["Access-Control-Allow-Origin"]);
  EXPECT_EQ("true", events["Access-Control-Allow-Credentials"]);
  EXPECT_EQ("Authorization, Content-Encoding, Content-Type, X-Write-Key",
            events["Access-Control-Allow-Headers"]);
  const auto decide = asked("/v1/decide", "https://shop.example");
  EXPECT_EQ("https://shop.example", decide["Access-Control-Allow-Origin"]);
  EXPECT_EQ("", decide["Access-Control-Allow-Credentials"]);  // needs no cookie
  for (const char* path : {"/v1/audiences", "/v1/visitors/ann", "/v1/quarantine", "/metrics"}) {
    const auto other = asked(path, "https://shop.example");
    EXPECT_EQ(204u, other.result_int()) << path;
    EXPECT_EQ("", other["Access-Control-Allow-Origin"]) << path;
    EXPECT_EQ("", other["Access-Control-Allow-Methods"]) << path;
  }
}

// A page must not be able to use a secret key that a browser holds for some reason.
TEST_F(AccessRoutes, GivesNoPageTheAnswerToASecretKey) {
  const std::string event = event_json("ann", "page_view", kNow);
  const auto answer = x_client.post("/v1/events", event, bearer("sk_sender") + kOrigin);
  EXPECT_EQ(200u, answer.result_int());
  EXPECT_EQ("", answer["Access-Control-Allow-Origin"]);
  EXPECT_EQ("", x_client.post("/v1/events", event, kOrigin)["Access-Control-Allow-Origin"]);
}

TEST_F(AccessRoutes, FindsTrackersKeysWhereTheirClientsPutThem) {
  const auto track = [](const std::string& who, const std::string& key) {
    return R"({"anonymousId":")" + who + R"(","event":"Product Viewed","writeKey":")" + key +
           R"(","properties":{"product_id":"p"}})";
  };
  EXPECT_EQ(200u, x_client.post("/v1/t", track("ann", "pk_page")).result_int());
  EXPECT_EQ(200u, visitor("ann", "shop"));
  EXPECT_EQ(200u, x_client.post("/v1/t", track("otto", "pk_elsewhere")).result_int());
  EXPECT_EQ(200u, visitor("otto", "other"));
  EXPECT_EQ(200u, x_client.post("/v1/t", track("sam", "sk_sender")).result_int());
  EXPECT_EQ(200u, visitor("sam", "shop"));
  // Unknown, none, one without that scope, and the name of a site, which is no key.
  for (const char* key : {"pk_nobody", "", "sk_reader", "shop", "other"}) {
    EXPECT_EQ(401u, x_client.post("/v1/t", track("eve", key)).result_int()) << key;
  }
  EXPECT_EQ(404u, visitor("eve", "shop"));
  EXPECT_EQ(404u, visitor("eve", "other"));
  // Nobody fills the quarantine without a key.
  EXPECT_EQ(401u, x_client.post("/v1/t", "{broken").result_int());
  const auto kept = x_client.get("/v1/quarantine", bearer("sk_root"));
  EXPECT_EQ("{\"entries\":[]}\n", kept.body());
}

TEST_F(AccessRoutes, FilesTrackersFaultsUnderTheSiteNeverTheKey) {
  const std::string bad = R"({"writeKey":"sk_sender","anonymousId":"sam","event":"Order Completed",
      "properties":{"revenue":"nonsense","order_id":"o1"}})";
  EXPECT_EQ(200u, x_client.post("/v1/t", bad).result_int());
  const std::string kept = x_client.get("/v1/quarantine", bearer("sk_root")).body();
  EXPECT_EQ("segment/shop", text_of(kept, "source")) << kept;
  EXPECT_EQ(std::string::npos, kept.find("sk_sender")) << kept;
  EXPECT_NE(std::string::npos, kept.find("nonsense")) << kept;
}

TEST_F(AccessRoutes, CountsWhatEachKeyDoesWithoutTheKey) {
  const std::string two =
      event_json("ann", "page_view", kNow, "a") + "\n" + event_json("ann", "page_view", kNow, "b");
  x_client.post("/v1/events", two, bearer("pk_page"));
  x_client.get("/v1/audiences", bearer("pk_page"));
  x_client.get("/v1/audiences");
  const std::string text = metrics();
  for (const char* line :
       {"rekindle_key_requests_total{key=\"page\"} 1", "rekindle_key_events_total{key=\"page\"} 2",
        "rekindle_key_forbidden_total{key=\"page\"} 1", "rekindle_unauthorized_total 1"}) {
    EXPECT_NE(std::string::npos, text.find(std::string(line) + "\n")) << line;
  }
  EXPECT_EQ(std::string::npos, text.find("pk_"));
  EXPECT_EQ(std::string::npos, text.find("sk_"));
}

TEST(AccessLimits, AKeyOverItsRateIsToldWhenToComeBack) {
  ServerRigOptions options = with_keys();
  options.server.access.public_keys[0].limit = {1, 3, 0};  // the rig's clock stands still
  ServerRig rig(options);
  Client client(rig.port());
  const std::string event = event_json("ann", "page_view", kNow);
  const auto send = [&](const std::string& key) {
    return client.post("/v1/events", event, bearer(key) + kOrigin);
  };
  for (int i = 0; i < 3; ++i) EXPECT_EQ(200u, send("pk_page").result_int()) << i;
  const auto refused = send("pk_page");
  EXPECT_EQ(429u, refused.result_int());
  EXPECT_EQ("1", refused["Retry-After"]);
  EXPECT_EQ("rate_limited", text_of(refused.body(), "code"));
  EXPECT_EQ("https://shop.example", refused["Access-Control-Allow-Origin"]);  // pages can read it
  EXPECT_EQ(200u, send("pk_page2").result_int());  // each key has its own
  const std::string body = R"({"writeKey":"pk_page","anonymousId":"a","event":"x"})";
  EXPECT_EQ(429u, client.post("/v1/t", body).result_int());
  WebSocketClient socket(rig.port(), "/v1/ws?k=pk_page2");
  socket.send(event);
  EXPECT_NE(std::string::npos, socket.read().find("\"accepted\""));
}

TEST(AccessLimits, ManyEventsInOneRequestPayAsMuchAsAlone) {
  ServerRigOptions options = with_keys();
  options.server.access.public_keys[0].limit = {0, 0, 5};
  ServerRig rig(options);
  Client client(rig.port());
  std::string batch;
  for (int i = 0; i < 5; ++i) batch += event_json("ann", "page_view", kNow) + "\n";
  EXPECT_EQ(200u, client.post("/v1/events", batch, bearer("pk_page")).result_int());
  const auto refused = client.post("/v1/events", batch, bearer("pk_page"));
  EXPECT_EQ(429u, refused.result_int());
  EXPECT_LT(1, std::stol(refused["Retry-After"]));  // until the day ends
  EXPECT_EQ(429u, client.get("/pixel.gif?k=pk_page&e=page_view&v=a").result_int());
}

TEST(AccessLimits, FramesOfAWebSocketAreLimitedToo) {
  ServerRigOptions options = with_keys();
  options.server.access.public_keys[0].limit = {1, 3, 0};
  ServerRig rig(options);
  WebSocketClient socket(rig.port(), "/v1/ws?k=pk_page");  // the first of three
  for (int i = 0; i < 2; ++i) {
    socket.send(event_json("ann", "page_view", kNow));
    EXPECT_NE(std::string::npos, socket.read().find("\"accepted\":1"));
  }
  socket.send(event_json("ann", "page_view", kNow));
  EXPECT_EQ("rate_limited", text_of(socket.read(), "code"));
}

TEST(AccessStart, WithoutKeysOnlyThisMachineIsServed) {
  io::ServerConfig config;
  for (const char* address : {"127.0.0.1", "127.8.8.8", "::1"}) {
    config.address = address;
    EXPECT_TRUE(io::check_address(config)) << address;
  }
  for (const char* address : {"0.0.0.0", "::", "192.0.2.1", "no address"}) {
    config.address = address;
    const auto checked = io::check_address(config);
    ASSERT_FALSE(checked) << address;
    EXPECT_EQ(ErrorCode::kInvalidConfiguration, checked.error().code);
  }
  config.address = "0.0.0.0";
  EXPECT_NE(std::string::npos, io::check_address(config).error().detail.find("rekindle key new"));
  config.access.secret_keys.push_back(secret("root", "", {io::Scope::kAdmin}));
  EXPECT_TRUE(io::check_address(config));
}

TEST(AccessStart, RefusesKeysThatContradictEachOther) {
  const Sites sites = Sites::make({Site{"shop", {}, Currency::parse("GBP").value()}}).value();
  const auto fault = [&](const io::AccessConfig& access) {
    io::Keyring keyring;
    const auto added = keyring.add(access, sites);
    return added ? std::string() : added.error().detail;
  };
  io::AccessConfig access;
  access.public_keys = {public_key("a", "shop")};
  EXPECT_EQ("", fault(access));
  access.public_keys.push_back(public_key("a", "shop"));
  EXPECT_NE("", fault(access));  // the name twice
  access.public_keys[1].name = "b";
  EXPECT_NE("", fault(access));  // the key twice
  access.public_keys = {public_key("a", "nowhere")};
  EXPECT_NE("", fault(access));
  access.public_keys = {public_key("a", "")};
  EXPECT_NE("", fault(access));
  access.public_keys.clear();
  access.secret_keys = {secret("s", "", {io::Scope::kAdmin}), secret("s", "", {})};
  EXPECT_NE("", fault(access));
  access.secret_keys[1].name = "t";
  EXPECT_NE("", fault(access));  // the hash twice
}

}  // namespace
}  // namespace rekindle::testing
