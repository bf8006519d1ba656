// Decisions that a WebSocket follows: told when they begin and when events or audiences change
// them, by whomever. The clients block until a frame is there, so nothing sleeps.
#include "io/live_decision.h"

#include <thread>

#include "core/limits.h"
#include "tests/io/clients.h"
#include "tests/io/server_rig.h"

namespace rekindle::testing {
namespace {

constexpr const char* kFollowAnn =
    R"({"subscribe":{"decisions":[{"visitor":"ann","placement":"home","n":1}]}})";

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(LiveDecision, IsToldAtOnceAndWhenAnAudienceChanges) {
  ServerRig rig;
  WebSocketClient follower(rig.port());
  follower.send(kFollowAnn);
  EXPECT_EQ(R"({"ack":1,"subscribed":true})", follower.read());
  const std::string first = follower.read();
  EXPECT_TRUE(has(first, R"({"decisions":[{"placement":"home","visitor":"ann","audiences":[])"))
      << first;
  EXPECT_TRUE(has(first, "unknown visitor")) << first;

  Client sender(rig.port());
  sender.post("/v1/events", event_json("ann", "page_view", kNow));
  const std::string seen = follower.read();
  EXPECT_TRUE(has(seen, R"("product":"home-0")") && has(seen, R"("audiences":[])")) << seen;
  // The same offers again: of ten more page views nothing is told, of the cart it is.
  for (int i = 0; i < 10; ++i) sender.post("/v1/events", event_json("ann", "page_view", kNow));
  sender.post("/v1/events", event_json("ann", "add_to_cart", kNow));
  const std::string carted = follower.read();
  EXPECT_TRUE(has(carted, R"("audiences":["carted"])")) << carted;
  // By time alone: a day later nobody has a cart.
  sender.post("/v1/clock", R"({"tick":)" + std::to_string(kNow + 90'000'000) + "}");
  const std::string gone = follower.read();
  EXPECT_TRUE(has(gone, R"("audiences":[])")) << gone;
}

// The laptop speaks for both: what it does, and what time does, is told to who waits for the phone.
TEST(LiveDecision, HearsOfTheAudiencesOfThePersonWhoeverSpeaks) {
  ServerRig rig;
  Client sender(rig.port());
  const auto put = [&sender](const std::string& visitor, const std::string& type) {
    const auto answer =
        sender.post("/v1/events", R"({"visitor":")" + visitor + R"(","type":")" + type +
                                      R"(","user":"u1","at":)" + std::to_string(kNow) + "}");
    ASSERT_EQ(200u, answer.result_int()) << answer.body();
  };
  put("laptop", "login");
  put("phone", "login");
  sender.post("/v1/clock", R"({"settle":true})");
  WebSocketClient follower(rig.port());
  follower.send(R"({"subscribe":{"decisions":[{"visitor":"phone","placement":"home","n":1}]}})");
  EXPECT_TRUE(has(follower.read(), "subscribed"));
  const std::string first = follower.read();
  EXPECT_TRUE(has(first, R"("visitor":"phone","audiences":[])")) << first;
  put("laptop", "add_to_cart");
  const std::string carted = follower.read();
  EXPECT_TRUE(has(carted, R"("visitor":"phone","audiences":["carted"])")) << carted;
  sender.post("/v1/clock", R"({"tick":)" + std::to_string(kNow + 90'000'000) + "}");
  const std::string gone = follower.read();
  EXPECT_TRUE(has(gone, R"("visitor":"phone","audiences":[])")) << gone;
}

TEST(LiveDecision, HearsOnlyOfItsOwnVisitorAndAfterTheAck) {
  ServerRig rig;
  WebSocketClient client(rig.port());
  client.send(kFollowAnn);
  client.read();
  client.read();
  client.send(event_json("bob", "add_to_cart", kNow));
  EXPECT_TRUE(has(client.read(), "\"ack\":2"));
  client.send(event_json("ann", "add_to_cart", kNow));
  EXPECT_TRUE(has(client.read(), "\"ack\":3"));
  EXPECT_TRUE(has(client.read(), R"("visitor":"ann","audiences":["carted"])"));
  client.send(R"({"unsubscribe":true})");
  EXPECT_TRUE(has(client.read(), "unsubscribed"));
  client.send(event_json("ann", "view_item", kNow));
  EXPECT_TRUE(has(client.read(), "\"ack\":5"));
  client.send(
      event_json("ann", "page_view", kNow));  // had it been told, it would stand before this
  EXPECT_TRUE(has(client.read(), "\"ack\":6"));
}

// Follower after follower goes away while events come in: what waits in the shards comes back, and
// the server stops in order at the end.
TEST(LiveDecision, LetsGoOfFollowersAmidTraffic) {
  ServerRig rig;
  std::thread traffic([&] {
    Client sender(rig.port());
    for (int i = 0; i < 400; ++i) {
      sender.post("/v1/events", event_json("ann", i % 2 == 0 ? "add_to_cart" : "page_view", kNow));
    }
  });
  for (int i = 0; i < 60; ++i) {
    WebSocketClient follower(rig.port());
    follower.send(R"({"subscribe":{"decisions":[{"visitor":"ann"},{"visitor":"bob"}]}})");
    EXPECT_TRUE(has(follower.read(), "subscribed"));
    if (i % 3 == 0) follower.send(kFollowAnn);  // replaces it
  }
  traffic.join();
  WebSocketClient last(rig.port());  // and one that is there when the server stops
  last.send(kFollowAnn);
  EXPECT_TRUE(has(last.read(), "subscribed"));
  rig.server().stop();
}

TEST(LiveDecision, IsBoundedAndChecked) {
  ServerRig rig;
  WebSocketClient client(rig.port());
  std::string many = R"({"subscribe":{"decisions":[)";
  for (size_t i = 0; i <= limits::kLiveDecisionsMax; ++i) {
    many.append(i > 0 ? "," : "").append(R"({"visitor":"ann"})");
  }
  client.send(many + "]}}");
  EXPECT_EQ("too_many_items", text_of(client.read(), "code"));
  client.send(R"({"subscribe":{"decisions":[{"placement":"home"}]}})");
  EXPECT_EQ("missing_field", text_of(client.read(), "code"));
  client.send(R"({"subscribe":{"decisions":{}}})");
  EXPECT_EQ("wrong_type", text_of(client.read(), "code"));
  client.send(R"({"subscribe":{"audiences":[]}})");
  EXPECT_EQ("missing_field", text_of(client.read(), "code"));
  client.send(R"({"subscribe":{"decisions":[{"visitor":"ann","site":"elsewhere"}]}})");
  EXPECT_EQ("unknown_site", text_of(client.read(), "code"));
}

TEST(DecideWithEvents, TakesThemFirstAndKnowsThem) {
  ServerRig rig;
  Client client(rig.port());
  const auto answer = client.post("/v1/decide", R"({"visitor":"ann","placement":"home","n":1,
    "events":[{"type":"add_to_cart","event_id":"1","items":[{"product":"x","price":79.95}]},
              {"type":"teleport"}, { }]})");
  EXPECT_EQ(200u, answer.result_int()) << answer.body();
  EXPECT_EQ("durable", answer["X-Ack"]);
  EXPECT_TRUE(
      has(answer.body(), R"({"events":{"accepted":1,"duplicates":0,"rejected":[{"index":1,)"))
      << answer.body();
  EXPECT_TRUE(has(answer.body(), R"("audiences":["carted"],"offers":[{)")) << answer.body();
  EXPECT_TRUE(has(client.get("/v1/visitors/ann").body(), R"("value":"79.95")"));
  // The same request again, as after a lost answer.
  const auto again = client.post("/v1/decide", R"({"visitor":"ann","n":1,
    "events":[{"type":"add_to_cart","event_id":"1","items":[{"product":"x","price":79.95}]}]})");
  EXPECT_TRUE(has(again.body(), R"("accepted":0,"duplicates":1)")) << again.body();
  EXPECT_TRUE(has(client.post("/v1/decide", R"({"visitor":"ann","events":[]})").body(),
                  R"({"events":{"accepted":0)"));
}

// By all that the person did, though the phone is in no audience by itself.
TEST(DecideWithEvents, TellsTheAudiencesOfThePerson) {
  ServerRig rig;
  Client client(rig.port());
  const auto ask = [&client](const std::string& visitor, const std::string& type) {
    return client
        .post("/v1/decide", R"({"visitor":")" + visitor + R"(","n":1,"events":[{"type":")" + type +
                                R"(","user":"u1"}]})")
        .body();
  };
  EXPECT_TRUE(has(ask("laptop", "view_item"), R"("audiences":["viewers"])"));
  ask("phone", "login");
  client.post("/v1/clock", R"({"settle":true})");
  const std::string both = ask("phone", "add_to_cart");
  EXPECT_TRUE(has(both, R"("audiences":["carted","viewers"])")) << both;
  EXPECT_TRUE(has(ask("laptop", "page_view"), R"("audiences":["carted","viewers"])"));
}

TEST(DecideWithEvents, KeepsWhatEventsSayThemselves) {
  ServerRig rig;
  Client client(rig.port());
  client.post("/v1/decide",
              R"({"visitor":"ann","events":[{"visitor":"bob","type":"page_view"},)"
              R"({"type":"purchase","order":"1","value":12345678.90,"props":{"a":"\"}"}}]})");
  EXPECT_EQ(200u, client.get("/v1/visitors/bob").result_int());
  EXPECT_TRUE(has(client.get("/v1/visitors/ann").body(), R"("revenue":"12345678.90")"));
}

TEST(DecideWithEvents, RefusesWhatItCannotRead) {
  ServerRig rig;
  Client client(rig.port());
  const auto code = [&](const std::string& body) {
    const auto answer = client.post("/v1/decide", body);
    EXPECT_EQ(400u, answer.result_int()) << answer.body();
    return text_of(answer.body(), "code");
  };
  EXPECT_EQ("wrong_type", code(R"({"visitor":"ann","events":{}})"));
  EXPECT_EQ("wrong_type", code(R"({"visitor":"ann","events":[1]})"));
  EXPECT_EQ("malformed_json", code(R"({"visitor":"ann","events":[{]})"));
  std::string many = R"({"visitor":"ann","events":[{})";
  for (size_t i = 0; i < limits::kDecideEventsMax; ++i) many += ",{}";
  EXPECT_EQ("too_many_items", code(many + "]}"));
}

}  // namespace
}  // namespace rekindle::testing
