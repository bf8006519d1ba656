// Webhooks that come in, over HTTP: signed, mapped, counted once.
#include <gtest/gtest.h>

#include "io/webhooks/webhook_signature.h"
#include "tests/io/clients.h"
#include "tests/io/server_rig.h"

namespace rekindle::testing {
namespace {

const std::string kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

io::HookConfig mailer() {
  io::HookConfig config;
  config.name = "mailer";
  config.site = "shop";
  config.secrets = {io::webhook_key(kSecret).value()};
  config.events = {"data", "events"};
  config.type = {{"event"}, {}};
  config.types = {{"open", "email_open"}, {"click", "email_click"}};
  config.fields = {{"visitor", {{"recipient", "id"}, {}}},
                   {"at", {{"timestamp"}, {}}},
                   {"campaign.source", {{}, "mailer"}},
                   {"campaign.name", {{"tags", "1"}, {}}},
                   {"influencer", {{"by"}, {}}},
                   {"value", {{"worth"}, {}}},
                   {"channel", {{}, "email"}}};
  return config;
}

std::string event(const std::string& type, const std::string& visitor,
                  const std::string& more = {}) {
  return R"({"event":")" + type + R"(","timestamp":1700000000,"recipient":{"id":")" + visitor +
         R"("},"tags":["a","May"])" + more + "}";
}

std::string body_of(const std::string& events) {
  return R"({"data":{"events":[)" + events + "]}}";
}

class HookRoutes : public ::testing::Test {
 protected:
  static ServerRigOptions options() {
    ServerRigOptions options;
    options.more_sites = {"outlet"};
    options.server.hooks = {mailer()};
    return options;
  }
  Answer post(const std::string& body, const std::string& id = "m1", int64_t off_seconds = 0) {
    const int64_t seconds = kNow / 1'000 + off_seconds;
    const std::string signature = io::webhook_signature(mailer().secrets, {id, seconds}, body);
    return x_client.post("/v1/hooks/mailer", body,
                         "webhook-id: " + id + "\r\nwebhook-timestamp: " + std::to_string(seconds) +
                             "\r\nwebhook-signature: " + signature + "\r\n");
  }
  std::string visitor(const std::string& name) {
    return x_client.get("/v1/visitors/" + name + "?site=shop").body();
  }

  ServerRig x_rig{options()};
  Client x_client{x_rig.port()};
};

TEST_F(HookRoutes, MakeEventsByTheMapping) {
  const Answer answer = post(body_of(event("open", "ann") + "," + event("click", "ann") + "," +
                                     event("bounce", "ann") + "," + event("open", "bob")));
  EXPECT_EQ(200u, answer.result_int());
  EXPECT_EQ("{\"accepted\":3,\"duplicates\":0,\"rejected\":[],\"ignored\":1}\n", answer.body());
  EXPECT_EQ("durable", answer["X-Ack"]);
  const std::string ann = visitor("ann");
  EXPECT_NE(std::string::npos, ann.find(R"("type":"email_open","count":1)")) << ann;
  EXPECT_NE(std::string::npos, ann.find(R"("type":"email_click","count":1)")) << ann;
  EXPECT_NE(std::string::npos, ann.find(R"("source":"mailer","medium":"","name":"May")")) << ann;
  EXPECT_NE(std::string::npos, ann.find("2023-11-14T22:13:20.000Z")) << ann;
}

// Within its time a message may be sent again, by its sender or by who overheard it.
TEST_F(HookRoutes, CountAMessageOnceHoweverOftenItComes) {
  const std::string body = body_of(event("open", "ann") + "," + event("open", "ann"));
  EXPECT_EQ("{\"accepted\":2,\"duplicates\":0,\"rejected\":[],\"ignored\":0}\n", post(body).body());
  EXPECT_EQ("{\"accepted\":0,\"duplicates\":2,\"rejected\":[],\"ignored\":0}\n", post(body).body());
  EXPECT_EQ("{\"accepted\":2,\"duplicates\":0,\"rejected\":[],\"ignored\":0}\n",
            post(body, "m2").body());
  EXPECT_EQ(401u, post(body, "m3", -301).result_int());
  EXPECT_EQ(401u, post(body, "m3", 301).result_int());
}

TEST_F(HookRoutes, LetNobodyInWithoutASignature) {
  const std::string body = body_of(event("open", "ann"));
  const Answer answer = x_client.post("/v1/hooks/mailer", body);
  EXPECT_EQ(401u, answer.result_int());
  EXPECT_EQ("application/problem+json", answer["Content-Type"]);
  EXPECT_EQ(std::string::npos, answer.body().find(kSecret.substr(6)));
  EXPECT_EQ(401u, x_client
                      .post("/v1/hooks/mailer", body,
                            "webhook-id: m1\r\nwebhook-timestamp: 1700000000\r\n"
                            "webhook-signature: v1,AAAA\r\n")
                      .result_int());
  EXPECT_EQ(404u, x_client.post("/v1/hooks/nobody", body).result_int());
  EXPECT_EQ(405u, x_client.get("/v1/hooks/mailer").result_int());
  EXPECT_EQ(404u, x_client.get("/v1/visitors/ann?site=shop").result_int());
}

TEST_F(HookRoutes, QuarantineWhatIsNoEventAndReplayIt) {
  const Answer answer =
      post(body_of(event("open", "") + "," + event("open", "ann", R"(,"worth":"much")") + ",7," +
                   event("open", "bob", R"(,"by":"Jo","worth":1.5)")));
  EXPECT_NE(std::string::npos, answer.body().find(R"({"index":0,"reason":"missing_field")"));
  EXPECT_NE(std::string::npos, answer.body().find(R"({"index":1,"reason":"invalid_money")"));
  EXPECT_NE(std::string::npos, answer.body().find(R"({"index":2,"reason":"wrong_type")"));
  EXPECT_NE(std::string::npos, answer.body().find(R"("accepted":1)")) << answer.body();
  const std::string entries = x_client.get("/v1/quarantine").body();
  EXPECT_EQ(3u, count_of(entries, R"("source":"hook/mailer")")) << entries;
  // Repaired, it goes through the same mapping.
  EXPECT_EQ(200u, x_client.post("/v1/quarantine/1/replay", event("open", "cat")).result_int());
  EXPECT_NE(std::string::npos, visitor("cat").find(R"("type":"email_open","count":1)"));
  EXPECT_EQ(422u, x_client.post("/v1/quarantine/2/replay", "").result_int());
}

TEST_F(HookRoutes, RefuseABodyThatCannotBeRead) {
  EXPECT_EQ(400u, post("{").result_int());
  EXPECT_EQ(400u, post(R"({"data":{"events":5}})").result_int());
  EXPECT_EQ(400u, post("{}").result_int());
  const Answer one = post(R"({"data":{"events":)" + event("click", "ann") + "}}");
  EXPECT_EQ("{\"accepted\":1,\"duplicates\":0,\"rejected\":[],\"ignored\":0}\n", one.body());
  EXPECT_EQ(200u, post(R"({"data":{"events":[]}})").result_int());
}

TEST_F(HookRoutes, ServeAnyOtherTypeWithAStar) {
  // An event without a name has one that is empty.
  io::HookConfig config = mailer();
  config.events.clear();
  config.types.emplace_back("*", "custom:mail");
  ServerRigOptions more = options();
  more.server.hooks = {config};
  ServerRig rig(more);
  Client client(rig.port());
  const std::string body = "[" + event("bounce", "ann") + R"(,{"recipient":{"id":"ann"}}])";
  const std::string signature = io::webhook_signature(config.secrets, {"m", kNow / 1'000}, body);
  const Answer answer = client.post("/v1/hooks/mailer", body,
                                    "webhook-id: m\r\nwebhook-timestamp: 1700000000\r\n"
                                    "webhook-signature: " +
                                        signature + "\r\n");
  EXPECT_EQ("{\"accepted\":2,\"duplicates\":0,\"rejected\":[],\"ignored\":0}\n", answer.body());
}

}  // namespace
}  // namespace rekindle::testing
