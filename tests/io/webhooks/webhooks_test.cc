// Webhooks from the events on the wire to a receiver, which fails, stays away, and comes back.
#include "io/webhooks/webhooks.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/webhooks/webhook_signature.h"
#include "tests/io/clients.h"
#include "tests/io/server_rig.h"
#include "tests/io/webhooks/receiver.h"
#include "tests/io/webhooks/tls_receiver.h"

namespace rekindle::testing {
namespace {

using ::testing::HasSubstr;

class WebhooksTest : public ::testing::Test {
 protected:
  void put(const std::string& visitor, const std::string& type, int64_t at = kNow) {
    ASSERT_EQ(200u, x_client.post("/v1/events", event_json(visitor, type, at)).result_int());
  }
  [[nodiscard]] io::WebhookConfig config() const {
    io::WebhookConfig made;
    made.name = "crm";
    made.url =
        io::WebhookUrl::parse("http://127.0.0.1:" + std::to_string(x_receiver.port()) + "/in?k=v")
            .value();
    made.audiences = {"carted"};
    made.secrets = {std::string(24, 'k')};
    made.retry = milliseconds(1);
    return made;
  }
  void start(const io::WebhookConfig& with) {
    x_webhooks = io::Webhooks::make(x_rig.engine(), {with}, x_bell).value();
    x_webhooks->start();
  }
  // The next message that is no resync, after one that is; rings until it is there.
  Receiver::Request next() {
    x_bell.ring();
    return x_receiver.next();
  }
  [[nodiscard]] io::WebhookStatus status() const { return x_webhooks->status().at(0); }
  void wait_delivered(uint64_t messages) {
    while (status().messages < messages) std::this_thread::yield();
  }

  ServerRig x_rig;
  Client x_client{x_rig.port()};
  Receiver x_receiver;
  Doorbell x_bell;
  std::unique_ptr<io::Webhooks> x_webhooks;
};

TEST_F(WebhooksTest, BeginsWithAResyncAndGoesOnWithChanges) {
  put("early", "add_to_cart");
  start(config());
  const auto resync = x_receiver.next();
  EXPECT_EQ("/in?k=v", resync.target);
  EXPECT_EQ("audience.resync", text_of(resync.body, "type")) << resync.body;
  EXPECT_EQ("started", text_of(resync.body, "reason"));
  EXPECT_THAT(resync.body,
              HasSubstr(R"([{"audience":"carted","members":"/v1/audiences/carted/members"}])"));
  put("viewer", "view_item");  // not its audience
  put("ann", "add_to_cart");
  const auto changes = next();
  EXPECT_EQ("audience.changes", text_of(changes.body, "type")) << changes.body;
  EXPECT_EQ("ann", text_of(changes.body, "visitor")) << changes.body;
  EXPECT_EQ(1u, count_of(changes.body, "\"seq\"")) << changes.body;
  wait_delivered(2);
  EXPECT_EQ(1u, status().changes);
  EXPECT_EQ(1u, status().resyncs);
  EXPECT_EQ(0u, status().failures);
}

TEST_F(WebhooksTest, SignsWithEveryKeyOverIdTimeAndBody) {
  auto with = config();
  with.secrets.push_back(std::string(32, 'n'));
  start(with);
  const auto request = x_receiver.next();
  const std::string id = request.headers.at("webhook-id");
  const int64_t at = std::stoll(request.headers.at("webhook-timestamp"));
  EXPECT_EQ(kNow / 1'000, at);
  EXPECT_EQ(io::webhook_signature(with.secrets, {id, at}, request.body),
            request.headers.at("webhook-signature"));
  EXPECT_EQ("application/json", request.headers.at("content-type"));
  EXPECT_TRUE(id.starts_with("msg_"));
}

TEST_F(WebhooksTest, TriesAgainWithTheSameMessageUntilItIsTaken) {
  start(config());
  wait_delivered(1);
  static_cast<void>(x_receiver.next());
  x_receiver.will_answer("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n");
  x_receiver.will_answer("");
  x_receiver.will_answer("HTTP/1.1 302 Found\r\nLocation: /else\r\nContent-Length: 0\r\n\r\n");
  x_receiver.will_answer("not HTTP\r\n\r\n");
  put("ann", "add_to_cart");
  const auto first = next();
  for (int i = 0; i < 4; ++i) {
    const auto again = x_receiver.next();
    EXPECT_EQ("/in?k=v", again.target);  // redirects are not followed
    EXPECT_EQ(first.body, again.body);
    EXPECT_EQ(first.headers.at("webhook-id"), again.headers.at("webhook-id"));
  }
  wait_delivered(2);
  EXPECT_EQ(4u, status().failures);
  EXPECT_EQ(0u, status().failures_in_a_row);
  EXPECT_EQ("", status().problem);
}

TEST_F(WebhooksTest, KeepsOneMessageWhileTheReceiverIsAwayThenCatchesUpInOrder) {
  auto with = config();
  with.batch = 2;
  start(with);
  wait_delivered(1);
  static_cast<void>(x_receiver.next());
  for (int i = 0; i < 5; ++i) {
    x_receiver.will_answer("HTTP/1.1 503 Unavailable\r\nContent-Length: 0\r\n\r\n");
  }
  for (int i = 0; i < 6; ++i) put("v" + std::to_string(i), "add_to_cart");
  const auto held = next();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(held.body, x_receiver.next().body);
  size_t changes = count_of(held.body, "\"seq\"");
  EXPECT_LE(changes, 2u);
  while (changes < 6) {
    const std::string body = x_receiver.next().body;
    EXPECT_LE(count_of(body, "\"seq\""), 2u);
    changes += count_of(body, "\"seq\"");
  }
  EXPECT_EQ(6u, changes);
  while (status().behind != 0) std::this_thread::yield();
}

TEST_F(WebhooksTest, SendsWhatWasUnderWayAgainAfterARestart) {
  start(config());
  wait_delivered(1);
  static_cast<void>(x_receiver.next());
  auto slow = config();
  x_webhooks.reset();
  slow.retry = minutes(5);
  start(slow);
  x_receiver.will_answer("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n");
  put("ann", "add_to_cart");
  const auto first = next();
  while (status().failures == 0) std::this_thread::yield();
  EXPECT_EQ(io::WebhookState::kRetrying, status().state);
  x_webhooks.reset();  // dies before it was taken
  put("bob", "add_to_cart");
  start(config());
  const auto again = x_receiver.next();
  EXPECT_EQ(first.headers.at("webhook-id"), again.headers.at("webhook-id"));
  EXPECT_EQ(first.body, again.body);
  const auto next_one = next();
  EXPECT_NE(first.headers.at("webhook-id"), next_one.headers.at("webhook-id"));
  EXPECT_EQ("bob", text_of(next_one.body, "visitor")) << next_one.body;
  wait_delivered(2);
  x_webhooks.reset();
  // What was taken is not sent again, or with the id it had: nothing new, nothing else.
  start(config());
  put("cat", "add_to_cart");
  auto last = next();
  if (last.headers.at("webhook-id") == next_one.headers.at("webhook-id")) last = next();
  EXPECT_EQ("cat", text_of(last.body, "visitor")) << last.body;
  EXPECT_EQ(1u, count_of(last.body, "\"seq\"")) << last.body;
}

TEST_F(WebhooksTest, TellsToTakeTheMembersAgainWhenChangesAreGone) {
  start(config());
  wait_delivered(1);
  static_cast<void>(x_receiver.next());
  x_webhooks.reset();
  for (int i = 0; i < 20; ++i) put("v" + std::to_string(i), "add_to_cart");
  put("v0", "view_item", kNow + 1);
  std::vector<LogTrim> all;
  for (uint16_t p = 0; p < 8; ++p) all.push_back({PartitionId{p}, 0, 2, 0});
  ASSERT_TRUE(x_rig.log().trim(all).has_value());
  start(config());
  const auto resync = x_receiver.next();
  EXPECT_EQ("audience.resync", text_of(resync.body, "type")) << resync.body;
  EXPECT_EQ("gone", text_of(resync.body, "reason"));
  put("new", "add_to_cart");
  const auto after = next();
  EXPECT_EQ("new", text_of(after.body, "visitor")) << after.body;
  EXPECT_EQ(1u, count_of(after.body, "\"seq\"")) << after.body;
}

TEST_F(WebhooksTest, TellsToTakeTheMembersAgainWhenItsAudiencesChange) {
  start(config());
  wait_delivered(1);
  static_cast<void>(x_receiver.next());
  x_webhooks.reset();
  auto other = config();
  other.audiences = {"carted", "viewers"};
  start(other);
  const auto resync = x_receiver.next();
  EXPECT_EQ("audiences_changed", text_of(resync.body, "reason")) << resync.body;
  EXPECT_EQ(2u, count_of(resync.body, "\"members\""));
}

TEST_F(WebhooksTest, ReadsNoMoreOfAnAnswerThanItMust) {
  x_receiver.will_answer("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n" +
                         std::string(1'000'000, 'x'));
  start(config());
  wait_delivered(1);  // its status was heard
  EXPECT_EQ(0u, status().failures);
}

TEST_F(WebhooksTest, GivesUpAnAttemptThatIsNotAnswered) {
  auto with = config();
  with.timeout = milliseconds(100);
  // Nobody takes connections from this backlog: the kernel accepts, nobody answers.
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(0, ::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof(address)));
  ASSERT_EQ(0, ::listen(listener, 16));
  socklen_t size = sizeof(address);
  ASSERT_EQ(0, ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size));
  with.url =
      io::WebhookUrl::parse("http://127.0.0.1:" + std::to_string(ntohs(address.sin_port))).value();
  start(with);
  while (status().failures == 0) std::this_thread::yield();
  EXPECT_EQ("no answer in time", status().problem);
  x_webhooks.reset();
  ::close(listener);
}

TEST_F(WebhooksTest, HttpsNeedsACertificateItTrusts) {
  auto with = config();
  with.url =
      io::WebhookUrl::parse("https://127.0.0.1:" + std::to_string(x_receiver.port())).value();
  with.retry = minutes(5);
  start(with);  // the receiver speaks no TLS
  while (status().failures == 0) std::this_thread::yield();
  EXPECT_THAT(status().problem, HasSubstr("TLS"));
  x_webhooks.reset();
  with.ca_file = "/nonexistent.pem";
  EXPECT_EQ(io::Webhooks::make(x_rig.engine(), {with}, x_bell).error().code,
            ErrorCode::kInvalidConfiguration);
}

TEST_F(WebhooksTest, HttpsDeliversToWhomItTrusts) {
  TlsReceiver receiver;
  auto with = config();
  const std::string port = std::to_string(receiver.port());
  with.url = io::WebhookUrl::parse("https://127.0.0.1:" + port + "/in").value();
  with.retry = minutes(5);
  start(with);  // trusts the system's certificates only
  while (status().failures == 0) std::this_thread::yield();
  EXPECT_THAT(status().problem, HasSubstr("TLS"));
  x_webhooks.reset();
  with.ca_file = receiver.certificate_file();
  start(with);
  EXPECT_EQ("audience.resync", text_of(receiver.next_body(), "type"));
  wait_delivered(1);
  x_webhooks.reset();
  with.url = io::WebhookUrl::parse("https://localhost:" + port + "/in").value();
  put("ann", "add_to_cart");
  start(with);  // the certificate names another host
  while (status().failures == 0) std::this_thread::yield();
  EXPECT_EQ(0u, status().messages);
}

TEST(WebhooksInAServer, AreStartedAndShown) {
  Receiver receiver;
  ServerRigOptions options;
  io::WebhookConfig config;
  config.name = "crm";
  config.url =
      io::WebhookUrl::parse("http://127.0.0.1:" + std::to_string(receiver.port()) + "/?token=1")
          .value();
  config.audiences = {"*"};
  config.secrets = {std::string(24, 'k')};
  options.server.webhooks = {config};
  ServerRig rig(options);
  Client client(rig.port());
  EXPECT_EQ("audience.resync", text_of(receiver.next().body, "type"));
  client.post("/v1/events", event_json("ann", "add_to_cart", kNow));
  EXPECT_EQ("ann", text_of(receiver.next().body, "visitor"));  // the commit rang the bell
  std::string shown;
  do {
    shown = client.get("/v1/webhooks").body();
  } while (shown.find("\"messages\":2,") == std::string::npos);
  EXPECT_THAT(shown, HasSubstr("\"behind\":0"));
  EXPECT_THAT(shown, HasSubstr("\"state\":\"idle\""));
  EXPECT_EQ(0u, count_of(shown, "token")) << shown;  // queries hold secrets
  EXPECT_EQ(0u, count_of(shown, "kkkk")) << shown;
  EXPECT_THAT(client.get("/metrics").body(),
              HasSubstr("rekindle_webhook_messages_total{webhook=\"crm\"} 2"));
}

}  // namespace
}  // namespace rekindle::testing
