// DELETE /v1/visitors/{id}, its receipt, and the export.
#include "core/sha256.h"
#include "tests/io/clients.h"
#include "tests/io/server_rig.h"

namespace rekindle::testing {
namespace {

class ErasureRoutes : public ::testing::Test {
 protected:
  static ServerRigOptions options() {
    ServerRigOptions options;
    options.engine.erasure_feed_time = hours(5);
    return options;
  }
  void put(const std::string& body) {
    const auto answer = x_client.post("/v1/events", body);
    ASSERT_EQ(200u, answer.result_int()) << answer.body();
  }
  auto erase(const std::string& path) {
    x_client.send("DELETE " + path + " HTTP/1.1\r\nHost: t\r\n\r\n");
    return x_client.read();
  }
  ServerRig x_rig{options()};
  Client x_client{x_rig.port()};
};

TEST_F(ErasureRoutes, AReceiptProvesWhomItIsFor) {
  put(event_json("ann", "add_to_cart", kNow));
  const auto erased = erase("/v1/visitors/ann");
  ASSERT_EQ(202u, erased.result_int()) << erased.body();
  const std::string receipt = text_of(erased.body(), "receipt");
  const std::string secret = text_of(erased.body(), "secret");
  EXPECT_EQ(text_of(erased.body(), "proof"),
            sha256_hex("rekindle erasure\n" + receipt + "\n" + secret + "\nshop\nann"));
  EXPECT_NE(erased.body().find(R"("removed":{"events":1,"audiences":1,)"), std::string::npos)
      << erased.body();
  const auto progress = x_client.get("/v1/erasures/" + receipt);
  EXPECT_EQ(200u, progress.result_int());
  EXPECT_EQ("accepted", text_of(progress.body(), "state"));
  EXPECT_EQ("", text_of(progress.body(), "secret"));
  EXPECT_EQ(progress.body().find("ann"), std::string::npos);
  EXPECT_EQ(404u, x_client.get("/v1/erasures/none").result_int());
}

TEST_F(ErasureRoutes, NobodyIsThereAnyMoreAndTheFeedSaysSo) {
  put(event_json("ann", "add_to_cart", kNow) + "\n" + event_json("bob", "add_to_cart", kNow));
  ASSERT_EQ(202u, erase("/v1/visitors/ann?site=shop").result_int());
  EXPECT_EQ(404u, x_client.get("/v1/visitors/ann").result_int());
  EXPECT_EQ(404u, x_client.get("/v1/visitors/ann/explain?audience=carted").result_int());
  const auto members = x_client.get("/v1/audiences/carted/members");
  EXPECT_EQ(0u, count_of(members.body(), "\"ann\"")) << members.body();
  EXPECT_EQ(1u, count_of(members.body(), "\"bob\""));
  const auto feed = x_client.get("/v1/changes?after=0");
  EXPECT_EQ(1u, count_of(feed.body(), R"("reason":"erased")")) << feed.body();
  const auto decision = x_client.get("/v1/decide?visitor=ann");
  EXPECT_EQ("unknown visitor", text_of(decision.body(), "nothing_because"));
}

TEST_F(ErasureRoutes, TheSameRequestAgainIsTheSameErasureUntilTheyComeBack) {
  put(event_json("ann", "add_to_cart", kNow));
  const auto first = erase("/v1/visitors/ann");
  const auto second = erase("/v1/visitors/ann");
  EXPECT_EQ(text_of(first.body(), "receipt"), text_of(second.body(), "receipt"));
  EXPECT_EQ(text_of(first.body(), "secret"), text_of(second.body(), "secret"));
  put(event_json("ann", "view_item", kNow + 1));
  EXPECT_EQ(200u, x_client.get("/v1/visitors/ann").result_int());
  const auto third = erase("/v1/visitors/ann");
  EXPECT_NE(text_of(first.body(), "receipt"), text_of(third.body(), "receipt"));
  EXPECT_EQ(404u, x_client.get("/v1/visitors/ann").result_int());
}

TEST_F(ErasureRoutes, RefusesWhatCannotBe) {
  EXPECT_EQ(400u, erase("/v1/visitors/ann?site=other").result_int());
  EXPECT_EQ(400u, erase("/v1/visitors/" + std::string(129, 'x')).result_int());
  EXPECT_EQ(202u, erase("/v1/visitors/nobody").result_int());  // quarantine may know them
  x_client.send("PUT /v1/visitors/ann HTTP/1.1\r\nHost: t\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(405u, x_client.read().result_int());
}

TEST_F(ErasureRoutes, ExportsEverythingThatIsKept) {
  put(R"({"visitor":"ann","type":"purchase","at":1700000000000,"event_id":"e1","order":"o1",)"
      R"("value":"12.50","items":[{"product":"p1","category":"c1","price":"12.50"}],)"
      R"("consent":{"ads":true}})");
  const auto all = x_client.get("/v1/visitors/ann/export");
  ASSERT_EQ(200u, all.result_int());
  const std::string& body = all.body();
  EXPECT_NE(body.find(R"("timeline":[{"type":"purchase","at":"2023-11-14T22:13:20.000Z",)"
                      R"("value":"12.50","pieces":1,"order":")"),
            std::string::npos)
      << body;
  char hash[32];
  std::snprintf(hash, sizeof(hash), "%012llx",
                static_cast<unsigned long long>(item_name_hash("p1")));
  EXPECT_EQ(text_of(body, "product"), hash) << body;
  std::snprintf(hash, sizeof(hash), "[\"%016llx\"]",
                static_cast<unsigned long long>(name_hash("o1")));
  EXPECT_NE(body.find("\"orders\":" + std::string(hash)), std::string::npos) << body;
  EXPECT_NE(body.find(R"("consent":[{"purpose":"ads","granted":true)"), std::string::npos) << body;
  EXPECT_EQ(404u, x_client.get("/v1/visitors/bob/export").result_int());
}

}  // namespace
}  // namespace rekindle::testing
