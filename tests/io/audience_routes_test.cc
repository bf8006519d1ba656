// Definitions over HTTP: trying, changing, removing and explaining them on a running server.
#include <thread>

#include "tests/io/clients.h"
#include "tests/io/server_rig.h"

namespace rekindle::testing {
namespace {

constexpr int64_t kHourMs = 3'600'000;

bool contains(const Answer& answer, const std::string& part) {
  return answer.body().find(part) != std::string::npos;
}

class AudienceRoutes : public ::testing::Test {
 protected:
  void send_events(const std::string& body) {
    const auto answer = x_client.post("/v1/events", body);
    ASSERT_EQ(200u, answer.result_int()) << answer.body();
  }
  // `viewers` visitors that viewed, the first `carted` of which put something in the cart.
  void fill(int viewers, int carted) {
    std::string body;
    for (int i = 0; i < viewers; ++i) {
      body += event_json("v" + std::to_string(i), "view_item", kNow) + "\n";
      if (i < carted) body += event_json("v" + std::to_string(i), "add_to_cart", kNow) + "\n";
    }
    send_events(body);
  }
  Answer put(const std::string& name, const std::string& body) {
    x_client.send("PUT /v1/audiences/" + name + " HTTP/1.1\r\nHost: t\r\nContent-Length: " +
                  std::to_string(body.size()) + "\r\n\r\n" + body);
    return x_client.read();
  }
  Answer remove(const std::string& name) {
    x_client.send("DELETE /v1/audiences/" + name + " HTTP/1.1\r\nHost: t\r\n\r\n");
    return x_client.read();
  }
  // Until nothing is to come for any audience.
  Answer settled() {
    while (true) {
      auto list = x_client.get("/v1/audiences");
      if (!contains(list, "\"next\":")) return list;
      std::this_thread::yield();
    }
  }
  ServerRig x_rig;
  Client x_client{x_rig.port()};
};

TEST_F(AudienceRoutes, ADefinitionComesIntoForceWithItsDifferenceInTheFeed) {
  fill(40, 15);
  const auto before = x_client.get("/v1/audiences/viewers");
  EXPECT_TRUE(contains(before, R"j("version":1,"size":40)j")) << before.body();
  EXPECT_TRUE(contains(before, R"j("origin":"configuration","status":"in_force")j"));
  const std::string cursor = text_of(x_client.get("/v1/changes?after=now").body(), "cursor");

  const auto accepted =
      put("viewers", R"j({"when":"did(view_item, 1d) and not did(add_to_cart, 1d)","title":"T"})j");
  ASSERT_EQ(202u, accepted.result_int()) << accepted.body();
  settled();
  const auto after = x_client.get("/v1/audiences/viewers");
  EXPECT_TRUE(contains(after, R"j("id":1,"version":2,"size":25,"title":"T")j")) << after.body();
  EXPECT_TRUE(contains(after, R"j("origin":"interface")j"));
  const auto changes = x_client.get("/v1/changes?after=" + cursor);
  EXPECT_EQ(15u, count_of(changes.body(), "\"change\":\"left\"")) << changes.body();
  EXPECT_EQ(15u, count_of(changes.body(), R"j("audience":"viewers","version":2)j"));
  EXPECT_EQ(15u, count_of(changes.body(), R"j("reason":"definition")j"));
  EXPECT_EQ(0u, count_of(changes.body(), "\"entered\"")) << "nobody hears of pending versions";

  // It lives on by events as any other.
  send_events(event_json("v20", "add_to_cart", kNow));
  EXPECT_TRUE(contains(x_client.get("/v1/audiences/viewers"), R"j("size":24)j"));
  EXPECT_EQ(200u, put("viewers",
                      R"j({"when":"did(view_item, 1d) and not did(add_to_cart, 1d)","title":"T"})j")
                      .result_int())
      << "it is so already";
}

TEST_F(AudienceRoutes, NewOnesAppearAndRemovedOnesAreLeft) {
  fill(10, 4);
  ASSERT_EQ(202u, put("fresh", R"j({"when":"in(carted)"})j").result_int());
  settled();
  EXPECT_TRUE(contains(x_client.get("/v1/audiences/fresh"), R"j("size":4)j"));
  EXPECT_EQ(4u, count_of(x_client.get("/v1/audiences/fresh/members").body(), "\"visitor\""));
  EXPECT_EQ(4u, count_of(x_client.get("/v1/audiences/fresh/changes").body(), "\"entered\""));

  const auto refused = remove("carted");
  EXPECT_EQ(409u, refused.result_int());
  EXPECT_TRUE(contains(refused, "fresh:1:4")) << refused.body();
  EXPECT_EQ(404u, remove("nothing").result_int());
  const auto removed = remove("fresh");
  EXPECT_TRUE(removed.result_int() == 202 || removed.result_int() == 204) << removed.body();
  settled();
  EXPECT_EQ(404u, x_client.get("/v1/audiences/fresh").result_int());
  const auto feed = x_client.get("/v1/changes");
  EXPECT_EQ(8u, count_of(feed.body(), R"j("audience":"fresh")j")) << "its changes keep their name";
  EXPECT_FALSE(contains(x_client.get("/v1/visitors/v0"), "fresh"));
}

TEST_F(AudienceRoutes, ManyAtOnceComeIntoForceInTurn) {
  fill(10, 4);
  for (int i = 0; i < 20; ++i) {
    const auto answer =
        put("many_" + std::to_string(i % 7),
            R"j({"when":"count(view_item, )j" + std::to_string(i + 1) + R"j(h) >= 1"})j");
    ASSERT_EQ(202u, answer.result_int()) << answer.body();
  }
  const auto list = settled();
  for (int i = 0; i < 7; ++i) {
    const auto one = x_client.get("/v1/audiences/many_" + std::to_string(i));
    EXPECT_TRUE(contains(one, R"j("size":10)j")) << one.body();
    const int last = i < 6 ? i + 14 : 13;
    EXPECT_TRUE(contains(one, "count(view_item, " + std::to_string(last + 1) + "h)")) << one.body();
  }
  EXPECT_EQ(9u, count_of(list.body(), "\"in_force\""));
}

TEST_F(AudienceRoutes, AFaultyDefinitionIsRefusedWithEveryPlace) {
  const auto refused =
      put("viewers", R"j({"when":"count(view_itm, 7d) > 2\n and cart.value > 5m"})j");
  EXPECT_EQ(400u, refused.result_int());
  EXPECT_EQ("invalid_expression", text_of(refused.body(), "code"));
  EXPECT_TRUE(contains(refused, R"j("audience":"viewers","line":1,"column":7,)j"))
      << refused.body();
  EXPECT_TRUE(contains(refused, "did you mean 'view_item'?"));
  EXPECT_TRUE(contains(refused, R"j("line":2,)j"));
  EXPECT_TRUE(contains(refused, R"j("caret":"      ^~~~~~~~")j")) << refused.body();
  EXPECT_EQ(400u, put("viewers", R"j({"title":"no when"})j").result_int());
  EXPECT_EQ(400u, put("viewers", "not json").result_int());
  EXPECT_EQ(400u, put("BAD", R"j({"when":"true"})j").result_int());
  EXPECT_EQ(400u, put("viewers", R"j({"name":"other","when":"true"})j").result_int());
  EXPECT_EQ(400u, put("viewers", R"j({"when":"in(viewers)"})j").result_int()) << "a circle";
  EXPECT_TRUE(contains(x_client.get("/v1/audiences/viewers"), R"j("version":1)j"));
}

TEST_F(AudienceRoutes, APreviewCountsWithoutChangingAnything) {
  fill(60, 20);
  send_events(R"j({"visitor":"v1","type":"identify","at":)j" + std::to_string(kNow) +
              R"j(,"props":{"email":"a@b.cd"},"consent":{"ads":true}})j");
  const std::string cursor = text_of(x_client.get("/v1/changes?after=now").body(), "cursor");
  const auto seen = x_client.post(
      "/v1/audiences/preview",
      R"j({"when":"did(add_to_cart, 1h)","name":"viewers","sample":3,"audiences":["carted"]})j");
  ASSERT_EQ(200u, seen.result_int()) << seen.body();
  EXPECT_TRUE(contains(seen, R"j("visitors":60,"size":20,"exact":true)j")) << seen.body();
  EXPECT_TRUE(contains(seen, R"j("overlap":[{"audience":"carted","both":20,"size":20}])j"))
      << seen.body();
  EXPECT_TRUE(contains(seen, R"j("change":{"audience":"viewers","stay":20,"enter":0,"leave":40})j"))
      << seen.body();
  EXPECT_TRUE(contains(seen, R"j("identifiers":{"email":1,)j")) << seen.body();
  EXPECT_TRUE(contains(seen, R"j("consents":{"ads":1},"ad_platforms":1)j")) << seen.body();
  EXPECT_EQ(3u, count_of(seen.body(), "\"visitor\":"));
  EXPECT_EQ(0u, count_of(x_client.get("/v1/changes?after=" + cursor).body(), "\"seq\""));

  const auto all = x_client.post("/v1/audiences/preview", R"j({"when":"true","sample":0})j");
  EXPECT_TRUE(contains(all, R"j("size":60)j")) << all.body();
  EXPECT_EQ(2u, count_of(all.body(), "\"both\":"));
  EXPECT_FALSE(contains(all, "\"change\""));
  EXPECT_EQ(400u, x_client.post("/v1/audiences/preview", R"j({"when":"tru"})j").result_int());
  EXPECT_EQ(404u, x_client.post("/v1/audiences/preview", R"j({"when":"true","audiences":["no"]})j")
                      .result_int());
  EXPECT_EQ(
      400u,
      x_client.post("/v1/audiences/preview", R"j({"when":"true","sample":101})j").result_int());
}

TEST_F(AudienceRoutes, AnExplanationSaysWhyAndForHowLong) {
  send_events(event_json("ann", "add_to_cart", kNow));
  const auto why = x_client.get("/v1/visitors/ann/explain?audience=carted");
  ASSERT_EQ(200u, why.result_int()) << why.body();
  EXPECT_TRUE(contains(why, R"j("inside":true,"exact":true,"since":"2023-11-14T22:13:20.000Z",)j"
                            R"j("leaves_at":"2023-11-15T22:13:20.000Z")j"))
      << why.body();
  EXPECT_TRUE(contains(why, R"j("text":"count(add_to_cart, 1d) >= 1","holds":true)j"));
  EXPECT_TRUE(contains(why, R"j({"text":"count(add_to_cart, 1d)","type":"Number","value":"1")j"));
  const auto not_in = x_client.get("/v1/visitors/ann/explain?audience=viewers");
  EXPECT_TRUE(contains(not_in, R"j("inside":false,"exact":true,"enters_at":null)j"))
      << not_in.body();
  EXPECT_EQ(404u, x_client.get("/v1/visitors/ann/explain?audience=none").result_int());
  EXPECT_EQ(404u, x_client.get("/v1/visitors/nobody/explain?audience=carted").result_int());
  EXPECT_EQ(400u, x_client.get("/v1/visitors/ann/explain").result_int());
  EXPECT_EQ(200u,
            x_client.post("/v1/clock", "{\"tick\":" + std::to_string(kNow + 25 * kHourMs) + "}")
                .result_int());
  EXPECT_TRUE(
      contains(x_client.get("/v1/visitors/ann/explain?audience=carted"), R"j("inside":false)j"));
}

}  // namespace
}  // namespace rekindle::testing
