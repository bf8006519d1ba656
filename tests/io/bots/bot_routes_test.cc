// What crawlers send: marked, quarantined or taken, as the site wants it, and counted.
#include <gtest/gtest.h>

#include "tests/io/clients.h"
#include "tests/io/server_rig.h"

namespace rekindle::testing {
namespace {

constexpr const char* kGooglebot = "User-Agent: Mozilla/5.0 (compatible; Googlebot/2.1)\r\n";
constexpr const char* kLibrary = "User-Agent: python-requests/2.28.1\r\n";
constexpr const char* kBotTrait = R"({"name":"bot","value":"true")";

ServerRigOptions with(io::Bots bots) {
  ServerRigOptions options;
  options.server.bots = {{"shop", bots}};
  return options;
}

bool is_marked(Client& client, const std::string& visitor) {
  return client.get("/v1/visitors/" + visitor).body().find(kBotTrait) != std::string::npos;
}

std::string counted(Client& client, const std::string& did) {
  const std::string metrics = client.get("/metrics").body();
  const std::string name = "rekindle_bot_events_total{site=\"shop\",did=\"" + did + "\"} ";
  const size_t at = metrics.find(name);
  return at == std::string::npos
             ? "none"
             : metrics.substr(at + name.size(), metrics.find('\n', at) - at - name.size());
}

TEST(BotRoutes, MarkWhatACrawlerSendsAndTakeIt) {
  ServerRig rig;
  Client client(rig.port());
  const std::string event = event_json("ann", "page_view", kNow);
  client.post("/v1/events", event, kGooglebot);
  client.get("/pixel.gif?e=page_view&v=bob", kGooglebot);
  client.get("/pixel.gif?e=page_view&v=cat");
  client.post("/v1/t", R"({"anonymousId":"sue","event":"Product Viewed"})", kGooglebot);
  for (const char* visitor : {"ann", "bob", "sue"}) {
    EXPECT_TRUE(is_marked(client, visitor)) << visitor;
  }
  EXPECT_FALSE(is_marked(client, "cat"));
  EXPECT_EQ("3", counted(client, "flag"));
  EXPECT_EQ("0", counted(client, "quarantine"));
}

TEST(BotRoutes, KnowThatServersSendWithLibrariesAndPagesDoNot) {
  ServerRig rig;
  Client client(rig.port());
  client.post("/v1/events", event_json("ann", "page_view", kNow), kLibrary);
  client.get("/pixel.gif?e=page_view&v=bob", kLibrary);
  EXPECT_FALSE(is_marked(client, "ann"));
  EXPECT_TRUE(is_marked(client, "bob"));
}

TEST(BotRoutes, BelieveASenderWhoSaysTheVisitorsUserAgent) {
  ServerRig rig;
  Client client(rig.port());
  const auto told = [](const std::string& visitor, const std::string& agent) {
    return R"({"anonymousId":")" + visitor +
           R"(","event":"Product Viewed","context":{"userAgent":")" + agent + R"("}})";
  };
  client.post("/v1/t", told("ann", "Googlebot/2.1"), kLibrary);
  client.post("/v1/t", told("bob", "Mozilla/5.0 Firefox/140.0"), kGooglebot);
  EXPECT_TRUE(is_marked(client, "ann"));
  EXPECT_FALSE(is_marked(client, "bob"));
  client.get("/i?e=pv&duid=eve&ua=Googlebot%2F2.1");
  EXPECT_TRUE(is_marked(client, "eve"));
  EXPECT_EQ("2", counted(client, "flag"));
}

TEST(BotRoutes, QuarantineWithAReasonOfItsOwn) {
  ServerRig rig(with(io::Bots::kQuarantine));
  Client client(rig.port());
  const std::string event = event_json("ann", "page_view", kNow);
  const Answer refused = client.post("/v1/events", event, kGooglebot);
  EXPECT_NE(std::string::npos, refused.body().find(R"("accepted":0)")) << refused.body();
  EXPECT_NE(std::string::npos, refused.body().find(R"("reason":"bot")")) << refused.body();
  EXPECT_EQ(404u, client.get("/v1/visitors/ann").result_int());
  const std::string entries = client.get("/v1/quarantine").body();
  EXPECT_NE(std::string::npos, entries.find(R"("reason":"bot")")) << entries;
  EXPECT_EQ("1", counted(client, "quarantine"));
  // Who replays it has decided.
  const size_t at = entries.find("\"id\":") + 5;
  const std::string id = entries.substr(at, entries.find(',', at) - at);
  EXPECT_EQ(200u, client.post("/v1/quarantine/" + id + "/replay", "").result_int());
  EXPECT_EQ(200u, client.get("/v1/visitors/ann").result_int());
  EXPECT_FALSE(is_marked(client, "ann"));
}

TEST(BotRoutes, TakeThemAsEverybodyWhenTheSiteWantsIt) {
  ServerRig rig(with(io::Bots::kTake));
  Client client(rig.port());
  client.post("/v1/events", event_json("ann", "page_view", kNow), kGooglebot);
  EXPECT_EQ(200u, client.get("/v1/visitors/ann").result_int());
  EXPECT_FALSE(is_marked(client, "ann"));
  EXPECT_EQ("0", counted(client, "flag"));
}

TEST(BotRoutes, SayWhoSendsByWebSocketToo) {
  ServerRig rig;
  Client client(rig.port());
  WebSocketClient socket(rig.port());
  socket.send(event_json("ann", "page_view", kNow));
  EXPECT_NE(std::string::npos, socket.read().find(R"("accepted":1)"));
  EXPECT_FALSE(is_marked(client, "ann"));
}

}  // namespace
}  // namespace rekindle::testing
