// GET /v1/debug/stream: who watches sees what comes in; who does not, costs nothing.
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "core/limits.h"
#include "io/debug/debug_tap.h"
#include "tests/io/clients.h"
#include "tests/io/server_rig.h"

namespace rekindle::testing {
namespace {

io::ShownEvent shown(std::string_view type, std::string_view visitor = "ann") {
  io::ShownEvent event;
  event.received_at = WallTime{kNow};
  event.source = "json";
  event.site = "shop";
  event.visitor = visitor;
  event.type = type;
  event.verdict = "accepted";
  return event;
}

TEST(DebugTap, TellsWhoWatchesWhatTheyAskedFor) {
  io::DebugTap tap;
  EXPECT_FALSE(tap.is_watched());
  tap.tell(shown("page_view"));
  io::DebugFilter filter;
  filter.type = "purchase";
  io::DebugTap::Watcher some(filter);
  io::DebugTap::Watcher all(io::DebugFilter{});
  ASSERT_TRUE(tap.add(some));
  ASSERT_TRUE(tap.add(all));
  EXPECT_TRUE(tap.is_watched());
  tap.tell(shown("page_view"));
  tap.tell(shown("purchase"));
  std::string text;
  EXPECT_EQ(0u, tap.take(some, text));
  EXPECT_EQ(R"(data: {"received_at":"2023-11-14T22:13:20.000Z","source":"json",)"
            R"("verdict":"accepted","site":"shop","visitor":"ann","type":"purchase"})"
            "\n\n",
            text);
  text.clear();
  EXPECT_EQ(0u, tap.take(all, text));
  EXPECT_EQ(2u, count_of(text, "data: "));
  tap.remove(some);
  tap.remove(all);
  EXPECT_FALSE(tap.is_watched());
}

TEST(DebugTap, ShowsEachSoManyth) {
  io::DebugTap tap;
  io::DebugFilter filter;
  filter.every = 3;
  filter.visitor = "ann";
  io::DebugTap::Watcher watcher(filter);
  ASSERT_TRUE(tap.add(watcher));
  for (int i = 0; i < 7; ++i) {
    tap.tell(shown("page_view", "bob"));  // does not pass, so it does not count
    tap.tell(shown("page_view"));
  }
  std::string text;
  EXPECT_EQ(0u, tap.take(watcher, text));
  EXPECT_EQ(3u, count_of(text, "data: "));
  tap.remove(watcher);
}

TEST(DebugTap, CountsWhatASlowReaderMisses) {
  io::DebugTap tap;
  io::DebugTap::Watcher watcher(io::DebugFilter{});
  ASSERT_TRUE(tap.add(watcher));
  io::ShownEvent event = shown("page_view");
  const std::string raw(limits::kDebugRawBytesMax, 'x');
  event.raw = raw;
  const size_t told = 2 * limits::kDebugQueueBytesMax / raw.size();
  for (size_t i = 0; i < told; ++i) tap.tell(event);
  std::string text;
  const uint64_t missed = tap.take(watcher, text);
  EXPECT_LT(text.size(), limits::kDebugQueueBytesMax + 2 * raw.size());
  EXPECT_EQ(told, missed + count_of(text, "data: "));
  EXPECT_GT(missed, 0u);
  tap.tell(event);  // there is room again
  text.clear();
  EXPECT_EQ(0u, tap.take(watcher, text));
  EXPECT_EQ(1u, count_of(text, "data: "));
  tap.remove(watcher);
}

TEST(DebugTap, LetsNoMoreWatchThanMay) {
  io::DebugTap tap;
  std::vector<std::unique_ptr<io::DebugTap::Watcher>> watchers;
  for (size_t i = 0; i < limits::kDebugStreamsMax; ++i) {
    watchers.push_back(std::make_unique<io::DebugTap::Watcher>(io::DebugFilter{}));
    EXPECT_TRUE(tap.add(*watchers.back()));
  }
  io::DebugTap::Watcher further(io::DebugFilter{});
  EXPECT_FALSE(tap.add(further));
  tap.remove(*watchers.front());
  EXPECT_TRUE(tap.add(further));
}

TEST(DebugStream, ShowsEventsAsTheyComeIn) {
  ServerRig rig;
  Client client(rig.port());
  EventStreamClient stream(rig.port(), "/v1/debug/stream");
  ASSERT_EQ(200u, stream.status());
  client.post("/v1/events", event_json("ann", "page_view", kNow));
  const std::string seen = stream.read().data;
  EXPECT_NE(std::string::npos, seen.find(R"("source":"json","verdict":"accepted","site":"shop")"))
      << seen;
  EXPECT_NE(std::string::npos, seen.find(R"("visitor":"ann","type":"page_view","raw":"{\"vis)"))
      << seen;
  client.get("/pixel.gif?e=nothing&v=bob", "User-Agent: Googlebot/2.1\r\n");
  EXPECT_NE(std::string::npos, stream.read().data.find(R"("reason":"unknown_event_type")"));
  client.get("/pixel.gif?e=page_view&v=bob", "User-Agent: Googlebot/2.1\r\n");
  const std::string bot = stream.read().data;
  EXPECT_NE(std::string::npos, bot.find(R"("bot":true)")) << bot;
  client.post("/v1/events", "{\"visitor\":\"ann\"}\n{bad\n");  // two lines
  EXPECT_NE(std::string::npos, stream.read().data.find(R"("reason":"missing_field")"));
  EXPECT_NE(std::string::npos, stream.read().data.find(R"("reason":"malformed_json")"));
}

TEST(DebugStream, ShowsOnlyWhatIsAskedFor) {
  ServerRig rig;
  Client client(rig.port());
  EventStreamClient stream(rig.port(), "/v1/debug/stream?visitor=bob&verdict=accepted");
  client.post("/v1/events", event_json("ann", "page_view", kNow));
  client.post("/v1/events", event_json("bob", "nothing", kNow));
  client.post("/v1/events", event_json("bob", "search", kNow));
  EXPECT_NE(std::string::npos, stream.read().data.find(R"("type":"search")"));
  EXPECT_EQ(400u, client.get("/v1/debug/stream?every=0").result_int());
  EXPECT_EQ(405u, client.post("/v1/debug/stream", "").result_int());
}

TEST(DebugStream, KeepsBackWhatMayNotBeKept) {
  ServerRigOptions options;
  options.server.collect = {io::default_collect("shop")};
  options.server.collect[0].collect = io::Collect::kWithConsent;
  ServerRig rig(options);
  Client client(rig.port());
  EventStreamClient stream(rig.port(), "/v1/debug/stream");
  client.post("/v1/events", event_json("ann", "page_view", kNow));
  const std::string left_out = stream.read().data;
  EXPECT_NE(std::string::npos, left_out.find(R"("verdict":"without_consent","site":"shop"})"))
      << left_out;
  client.post("/v1/events", event_json("ann", "nothing", kNow));
  const std::string refused = stream.read().data;
  EXPECT_EQ(std::string::npos, refused.find("ann")) << refused;
  EXPECT_NE(std::string::npos, refused.find(R"("reason":"unknown_event_type")")) << refused;
}

TEST(DebugStream, EndsWithItsReader) {
  ServerRig rig;
  for (size_t i = 0; i < 3 * limits::kDebugStreamsMax; ++i) {
    // A place is free again once the server noticed that the reader before went.
    for (unsigned status = 503; status == 503;) {
      EventStreamClient stream(rig.port(), "/v1/debug/stream");
      status = stream.status();
      EXPECT_TRUE(status == 200 || status == 503) << status;
    }
  }
}

}  // namespace
}  // namespace rekindle::testing
