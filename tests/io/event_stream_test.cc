#include "core/limits.h"
#include "tests/io/clients.h"
#include "tests/io/server_rig.h"

namespace rekindle::testing {
namespace {

class EventStreamTest : public ::testing::Test {
 protected:
  void put(const std::string& visitor, const std::string& type, int64_t at = kNow) {
    ASSERT_EQ(200u, x_client.post("/v1/events", event_json(visitor, type, at)).result_int());
  }
  ServerRig x_rig;
  Client x_client{x_rig.port()};
};

TEST_F(EventStreamTest, BeginsWithItsPlaceAndTellsChangesAsTheyHappen) {
  put("early", "view_item");
  EventStreamClient stream(x_rig.port(), "/v1/audiences/viewers/changes/stream");
  EXPECT_EQ(200u, stream.status());
  const auto place = stream.read();
  EXPECT_EQ("", place.data);
  EXPECT_EQ(text_of(x_client.get("/v1/changes?after=now").body(), "cursor"), place.id);
  put("other", "add_to_cart");  // not its audience
  put("ann", "view_item", kNow + 1);
  const auto event = stream.read();
  EXPECT_EQ("message", event.name);
  EXPECT_EQ("ann", text_of(event.data, "visitor")) << event.data;
  EXPECT_EQ(1u, count_of(event.data, "\"seq\"")) << event.data;
  EXPECT_EQ(event.id, text_of(event.data, "cursor"));
}

TEST_F(EventStreamTest, GoesOnAfterTheLastEventIdWhateverItsAddressSays) {
  EventStreamClient first(x_rig.port(), "/v1/changes/stream?after=0");
  put("ann", "view_item");
  std::string id;
  while (first.read().data.empty()) {
  }
  put("bob", "view_item");
  id = first.read().id;
  put("cat", "view_item");
  put("dan", "view_item");
  EventStreamClient again(x_rig.port(), "/v1/changes/stream?after=0",
                          "Last-Event-ID: " + id + "\r\n");
  std::string seen;
  while (count_of(seen, "\"seq\"") < 2) seen += again.read().data;
  EXPECT_EQ(0u, count_of(seen, "\"ann\"")) << seen;
  EXPECT_EQ(0u, count_of(seen, "\"bob\"")) << seen;
  EXPECT_EQ(1u, count_of(seen, "\"cat\"")) << seen;
  EXPECT_EQ(1u, count_of(seen, "\"dan\"")) << seen;
}

TEST_F(EventStreamTest, TellsOnlyOfTheAudiencesAskedFor) {
  EventStreamClient stream(x_rig.port(), "/v1/changes/stream?audiences=carted,viewers&after=0");
  EventStreamClient carted(x_rig.port(), "/v1/changes/stream?audiences=carted&after=0");
  put("ann", "view_item");
  put("ann", "add_to_cart", kNow + 1);
  std::string seen;
  while (count_of(seen, "\"seq\"") < 2) seen += stream.read().data;
  seen.clear();
  while (seen.empty()) seen = carted.read().data;
  EXPECT_EQ("carted", text_of(seen, "audience")) << seen;
  EXPECT_EQ(1u, count_of(seen, "\"seq\"")) << seen;
}

TEST_F(EventStreamTest, SaysThatItsPlaceIsGone) {
  put("ann", "view_item");
  const std::string cursor = text_of(x_client.get("/v1/changes").body(), "cursor");
  put("ann", "add_to_cart", kNow + 1);
  std::vector<LogTrim> all;
  for (uint16_t p = 0; p < 8; ++p) all.push_back({PartitionId{p}, 0, 2, 0});
  ASSERT_TRUE(x_rig.log().trim(all).has_value());
  EventStreamClient stream(x_rig.port(), "/v1/changes/stream?after=" + cursor);
  EXPECT_EQ(410u, stream.status());
  EXPECT_EQ("gone", text_of(stream.rest(), "code"));
  EventStreamClient kept(x_rig.port(), "/v1/changes/stream?after=0");
  EXPECT_EQ(200u, kept.status());
  EXPECT_EQ(text_of(x_client.get("/v1/changes?after=now").body(), "cursor"), kept.read().id);
}

TEST_F(EventStreamTest, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(404u, EventStreamClient(x_rig.port(), "/v1/audiences/none/changes/stream").status());
  EXPECT_EQ(404u,
            EventStreamClient(x_rig.port(), "/v1/changes/stream?audiences=carted,x").status());
  EXPECT_EQ(400u, EventStreamClient(x_rig.port(), "/v1/changes/stream?after=AAAA").status());
  EXPECT_EQ(400u,
            EventStreamClient(x_rig.port(), "/v1/changes/stream", "Last-Event-ID: x\r\n").status());
  x_client.send("HEAD /v1/changes/stream HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_EQ("text/event-stream", x_client.read(true)["Content-Type"]);
}

// What is pushed while nobody reads stays in the log: memory is bounded, and nothing is lost.
TEST_F(EventStreamTest, AReaderThatIsLateMissesNothing) {
  EventStreamClient stream(x_rig.port(), "/v1/changes/stream?after=0");
  constexpr int kBodies = 40;
  constexpr int kEach = 1'000;
  const std::string padding(100, 'x');
  for (int b = 0; b < kBodies; ++b) {
    std::string body;
    for (int i = 0; i < kEach; ++i) {
      body += event_json(padding + std::to_string(b * kEach + i), "view_item", kNow) + "\n";
    }
    ASSERT_EQ(200u, x_client.post("/v1/events", body).result_int());
  }
  size_t seen = 0;
  while (seen < kBodies * kEach) seen += count_of(stream.read().data, "\"entered\"");
  EXPECT_EQ(static_cast<size_t>(kBodies * kEach), seen);
}

TEST_F(EventStreamTest, EndsWhenTheServerStops) {
  EventStreamClient stream(x_rig.port(), "/v1/changes/stream");
  static_cast<void>(stream.read());
  x_rig.server().stop();
  EXPECT_TRUE(stream.is_closed());
}

TEST_F(EventStreamTest, AReaderThatLeavesIsForgotten) {
  const auto open_streams = [this] {
    const std::string text = x_client.get("/metrics").body();
    const auto value = [&text](const std::string& name) {
      const std::string key = "\n" + name + " ";
      return std::stol(text.substr(text.find(key) + key.size()));
    };
    return value("rekindle_event_streams_total") - value("rekindle_event_streams_closed_total");
  };
  {
    EventStreamClient stream(x_rig.port(), "/v1/changes/stream");
    static_cast<void>(stream.read());
    EXPECT_EQ(1, open_streams());
  }
  while (open_streams() != 0) {
  }
}

}  // namespace
}  // namespace rekindle::testing
