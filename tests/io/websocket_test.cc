#include <thread>

#include "core/limits.h"
#include "tests/io/clients.h"
#include "tests/io/server_rig.h"

namespace rekindle::testing {
namespace {

constexpr uint16_t kGoingAway = 1001;
constexpr uint16_t kTooBig = 1009;

TEST(WebSocket, AcknowledgesEveryFrameInOrder) {
  ServerRig rig;
  WebSocketClient client(rig.port());
  constexpr int kFrames = 300;  // more than may be in flight
  std::thread sender([&] {
    for (int i = 0; i < kFrames; ++i) {
      client.send(event_json("v" + std::to_string(i), "page_view", kNow) + "\n" +
                  event_json("w" + std::to_string(i), "page_view", kNow));
    }
  });
  for (int i = 1; i <= kFrames; ++i) {
    EXPECT_EQ("{\"ack\":" + std::to_string(i) + ",\"accepted\":2,\"duplicates\":0,\"rejected\":[]}",
              client.read());
  }
  sender.join();
}

TEST(WebSocket, AnswersBadFramesAndGoesOn) {
  ServerRig rig;
  WebSocketClient client(rig.port());
  client.send("no json");
  EXPECT_EQ("malformed_json", text_of(client.read(), "code"));
  client.send(event_json("ann", "teleport", kNow));
  EXPECT_EQ("unknown_event_type", text_of(client.read(), "reason"));
  client.send_binary_from_now_on();
  client.send(event_json("ann", "page_view", kNow));
  EXPECT_NE(std::string::npos, client.read().find("\"ack\":3,\"accepted\":1"));
  client.send(R"({"subscribe":{"audiences":["none"]}})");
  EXPECT_EQ("not_found", text_of(client.read(), "code"));
}

TEST(WebSocket, PushesChangesOfTheAudiencesAskedFor) {
  ServerRig rig;
  WebSocketClient follower(rig.port());
  follower.send(R"({"subscribe":{"audiences":["viewers"]}})");
  EXPECT_NE(std::string::npos, follower.read().find("\"subscribed\":true"));
  Client sender(rig.port());
  sender.post("/v1/events", event_json("ann", "add_to_cart", kNow));
  sender.post("/v1/events", event_json("bob", "view_item", kNow));
  const std::string pushed = follower.read();
  EXPECT_EQ("bob", text_of(pushed, "visitor")) << pushed;
  EXPECT_EQ(1u, count_of(pushed, "\"seq\""));
}

TEST(WebSocket, GoesOnFromACursorWithoutLossOrRepetition) {
  ServerRig rig;
  Client sender(rig.port());
  const auto put = [&](int from, int to) {
    std::string body;
    for (int i = from; i < to; ++i) {
      body += event_json("v" + std::to_string(i), "view_item", kNow) + "\n";
    }
    ASSERT_EQ(200u, sender.post("/v1/events", body).result_int());
  };
  put(0, 3'000);  // more than one slice of the log
  WebSocketClient follower(rig.port());
  follower.send(R"({"subscribe":{"audiences":["*"],"after":"0"}})");
  std::thread more([&] { put(3'000, 4'000); });
  size_t seen = 0;
  std::string cursor;
  while (seen < 2'000) {
    const std::string frame = follower.read();
    if (frame.find("\"changes\"") == std::string::npos) continue;
    seen += count_of(frame, "\"seq\"");
    cursor = text_of(frame, "cursor");
  }
  more.join();
  WebSocketClient second(rig.port());
  second.send(R"({"subscribe":{"audiences":["*"],"after":")" + cursor + "\"}}");
  while (seen < 4'000) {
    const std::string frame = second.read();
    if (frame.find("\"changes\"") == std::string::npos) continue;
    seen += count_of(frame, "\"seq\"");
  }
  EXPECT_EQ(4'000u, seen);
}

TEST(WebSocket, Decides) {
  ServerRig rig;
  WebSocketClient client(rig.port());
  client.send(event_json("ann", "page_view", kNow));
  client.send(R"({"decide":{"visitor":"ann","placement":"home","n":1}})");
  EXPECT_NE(std::string::npos, client.read().find("\"accepted\":1"));
  const std::string decision = client.read();
  EXPECT_EQ("home-0", text_of(decision, "product")) << decision;
}

TEST(WebSocket, WaitsWhileAnInboxIsFull) {
  ServerRigOptions options;
  options.engine.inbox_bytes_max = 2'000;
  ServerRig rig(options);
  WebSocketClient client(rig.port());
  constexpr int kFrames = 200;
  std::thread sender([&] {
    for (int i = 0; i < kFrames; ++i) client.send(event_json("v", "page_view", kNow + i));
  });
  for (int i = 0; i < kFrames; ++i) {
    EXPECT_NE(std::string::npos, client.read().find("\"accepted\":1"));
  }
  sender.join();
}

TEST(WebSocket, ClosesOnFramesThatAreTooBig) {
  ServerRig rig;
  WebSocketClient client(rig.port());
  client.send_if_open(std::string(limits::kFrameBytesMax + 1, ' '));
  EXPECT_EQ(kTooBig, client.read_close());
}

TEST(WebSocket, SaysGoodbyeWhenTheServerStops) {
  ServerRig rig;
  WebSocketClient client(rig.port());
  client.send(event_json("ann", "page_view", kNow));
  EXPECT_NE(std::string::npos, client.read().find("\"accepted\":1"));
  std::thread stopping([&] { rig.server().stop(); });
  EXPECT_EQ(kGoingAway, client.read_close());
  stopping.join();
}

TEST(WebSocket, NeedsAnUpgrade) {
  ServerRig rig;
  Client client(rig.port());
  EXPECT_EQ(426u, client.get("/v1/ws").result_int());
  client.send(
      "GET /v1/ws HTTP/1.1\r\nHost: t\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n");
  EXPECT_EQ(400u, client.read().result_int());  // without a key
  for (const char* key : {"c2hvcnQ=", "dGhlIHNhbXBsZSBub25jZR==", "dGhlIHNhbXBsZSBub25jZQ"}) {
    Client other(rig.port());
    other.send(
        "GET /v1/ws HTTP/1.1\r\nHost: t\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " +
        std::string(key) + "\r\n\r\n");
    EXPECT_EQ(400u, other.read().result_int()) << key;
  }
}

}  // namespace
}  // namespace rekindle::testing
