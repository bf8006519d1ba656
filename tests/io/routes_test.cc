#include <algorithm>
#include <set>
#include <thread>

#include "tests/io/clients.h"
#include "tests/io/server_rig.h"

namespace rekindle::testing {
namespace {

constexpr int64_t kDayMs = 86'400'000;

class Routes : public ::testing::Test {
 protected:
  void put(const std::string& body) {
    const auto answer = x_client.post("/v1/events", body);
    ASSERT_EQ(200u, answer.result_int()) << answer.body();
  }
  void put_carts(int visitors) {
    std::string body;
    for (int i = 0; i < visitors; ++i) {
      body += event_json("v" + std::to_string(i), "add_to_cart", kNow) + "\n";
    }
    put(body);
  }
  ServerRig x_rig;
  Client x_client{x_rig.port()};
};

TEST_F(Routes, SaysWhatBecameOfEveryEvent) {
  const std::string body = "[" + event_json("ann", "page_view", kNow, "1") + "," +
                           event_json("ann", "page_view", kNow, "1") + "," +
                           event_json("ann", "teleport", kNow, "2") + "," +
                           event_json("bob", "page_view", kNow, "1") + "]";
  const auto answer = x_client.post("/v1/events", body);
  EXPECT_EQ(200u, answer.result_int());
  EXPECT_EQ("durable", answer["X-Ack"]);
  EXPECT_NE(std::string::npos,
            answer.body().find(R"("accepted":2,"duplicates":1,"rejected":[{"index":2,)"
                               R"("reason":"unknown_event_type")"))
      << answer.body();
  const auto bad = x_client.post("/v1/events", "not json");
  EXPECT_EQ(400u, bad.result_int());
  EXPECT_EQ("malformed_json", text_of(bad.body(), "code"));
}

TEST_F(Routes, ListsAudiencesWithTheirSizes) {
  put_carts(3);
  const auto list = x_client.get("/v1/audiences");
  EXPECT_NE(std::string::npos,
            list.body().find(R"("name":"carted","id":0,"version":1,"size":3,"title":"Has a cart")"))
      << list.body();
  const auto one = x_client.get("/v1/audiences/viewers");
  EXPECT_NE(std::string::npos, one.body().find(R"("size":0)")) << one.body();
  EXPECT_EQ(404u, x_client.get("/v1/audiences/none").result_int());
  EXPECT_EQ(404u, x_client.get("/v1/audiences/none/members").result_int());
}

TEST_F(Routes, PagesThroughMembersAndGoesOnWithTheFeed) {
  put_carts(25);
  std::set<std::string> names;
  std::string cursor;
  std::string first_feed;
  int pages = 0;
  do {
    const auto page = x_client.get("/v1/audiences/carted/members?limit=10&cursor=" + cursor);
    ASSERT_EQ(200u, page.result_int()) << page.body();
    EXPECT_NE(std::string::npos, page.body().find(R"("size":25)"));
    std::string rest = page.body();
    while (rest.find("\"visitor\":") != std::string::npos) {
      names.insert(text_of(rest, "visitor"));
      EXPECT_EQ("shop", text_of(rest, "site"));
      rest = rest.substr(rest.find("\"visitor\":") + 10);
    }
    if (pages++ == 0) first_feed = text_of(page.body(), "changes_after");
    EXPECT_EQ(first_feed, text_of(page.body(), "changes_after"));
    cursor = text_of(page.body(), "cursor");
  } while (!cursor.empty());
  EXPECT_EQ(3, pages);
  EXPECT_EQ(25u, names.size());

  EXPECT_EQ(0u, count_of(x_client.get("/v1/changes?after=" + first_feed).body(), "\"seq\""));
  put(event_json("late", "add_to_cart", kNow));
  const auto changes = x_client.get("/v1/changes?after=" + first_feed);
  EXPECT_EQ(1u, count_of(changes.body(), "\"seq\"")) << changes.body();
  EXPECT_EQ("late", text_of(changes.body(), "visitor"));
  EXPECT_EQ(400u, x_client.get("/v1/audiences/carted/members?limit=0").result_int());
  EXPECT_EQ(400u, x_client.get("/v1/audiences/carted/members?cursor=x").result_int());
}

TEST_F(Routes, FindsNamesThatAreOnlyInTheStore) {
  put_carts(5);
  ASSERT_EQ(200u, x_client.get("/v1/audiences/carted/members").result_int());
  // As CSV and NDJSON, too.
  const auto csv = x_client.get("/v1/audiences/carted/members?format=csv");
  EXPECT_EQ("text/csv; charset=utf-8", csv["Content-Type"]);
  EXPECT_EQ(6u, count_of(csv.body(), "\r\n")) << csv.body();
  EXPECT_NE(std::string::npos, csv.body().find("v3,shop\r\n"));
  EXPECT_EQ("5", csv["X-Size"]);
  const auto lines =
      x_client.get("/v1/audiences/carted/members", "Accept: application/x-ndjson\r\n");
  EXPECT_EQ(5u, count_of(lines.body(), "\n")) << lines.body();
}

TEST_F(Routes, FeedsChangesFromACursorOn) {
  put_carts(4);
  put(event_json("v1", "view_item", kNow + 1));
  const auto all = x_client.get("/v1/changes?after=0&limit=3");
  EXPECT_EQ(3u, count_of(all.body(), "\"seq\"")) << all.body();
  EXPECT_NE(std::string::npos, all.body().find("\"more\":true"));
  const auto rest = x_client.get("/v1/changes?after=" + text_of(all.body(), "cursor"));
  EXPECT_EQ(2u, count_of(rest.body(), "\"seq\"")) << rest.body();
  EXPECT_NE(std::string::npos, rest.body().find("\"more\":false"));
  const auto views = x_client.get("/v1/audiences/viewers/changes");
  EXPECT_EQ(1u, count_of(views.body(), "\"seq\"")) << views.body();
  EXPECT_EQ("entered", text_of(views.body(), "change"));
  EXPECT_EQ("view_item", text_of(views.body(), "cause"));
  EXPECT_EQ("2023-11-14T22:13:20.001Z", text_of(views.body(), "at"));
  EXPECT_EQ(400u, x_client.get("/v1/changes?after=AAAA").result_int());
  EXPECT_EQ(400u, x_client.get("/v1/changes?wait=3600").result_int());
  EXPECT_EQ(404u, x_client.get("/v1/audiences/none/changes").result_int());
}

TEST_F(Routes, SaysThatChangesAreGoneAndWhereToGoOn) {
  const std::string empty = text_of(x_client.get("/v1/changes?after=now").body(), "cursor");
  put(event_json("ann", "view_item", kNow));
  const auto first = x_client.get("/v1/changes");
  put(event_json("ann", "add_to_cart", kNow + 1));
  std::vector<LogTrim> all;
  for (uint16_t p = 0; p < 8; ++p) all.push_back({PartitionId{p}, 0, 2, 0});
  ASSERT_TRUE(x_rig.log().trim(all).has_value());
  const auto gone = x_client.get("/v1/changes?after=" + text_of(first.body(), "cursor"));
  EXPECT_EQ(410u, gone.result_int()) << gone.body();
  EXPECT_EQ("gone", text_of(gone.body(), "code"));
  EXPECT_NE(std::string::npos, gone.body().find("members")) << gone.body();
  const auto kept = x_client.get("/v1/changes?after=0");
  EXPECT_EQ(200u, kept.result_int());
  EXPECT_EQ(200u, x_client.get("/v1/changes?after=" + text_of(kept.body(), "cursor")).result_int());
  // A place before a partition's first change has a hole behind it too, once that is let go.
  EXPECT_EQ(410u, x_client.get("/v1/changes?after=" + empty).result_int());
  EXPECT_EQ(200u, x_client.get("/v1/changes?after=now").result_int());
}

TEST_F(Routes, HoldsALongPollUntilSomethingHappens) {
  Client poller(x_rig.port());
  poller.send("GET /v1/audiences/viewers/changes?after=now&wait=60 HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_EQ(200u, x_client.get("/v1/changes").result_int());  // the poll was read before this
  put(event_json("other", "add_to_cart", kNow));              // not what it waits for
  put(event_json("ann", "view_item", kNow));
  const auto answer = poller.read();
  EXPECT_EQ(1u, count_of(answer.body(), "\"seq\"")) << answer.body();
  EXPECT_EQ("ann", text_of(answer.body(), "visitor"));
}

TEST_F(Routes, ShowsAVisitor) {
  put(event_json("ann", "add_to_cart", kNow));
  const auto view = x_client.get("/v1/visitors/ann?site=shop");
  EXPECT_EQ(200u, view.result_int());
  EXPECT_EQ("carted", text_of(view.body(), "audience")) << view.body();
  EXPECT_EQ("2023-11-14T22:13:20.000Z", text_of(view.body(), "first_seen"));
  EXPECT_EQ("2023-11-14T22:43:20.000Z", text_of(view.body(), "next_check"));
  EXPECT_EQ(404u, x_client.get("/v1/visitors/nobody").result_int());
  EXPECT_EQ(400u, x_client.get("/v1/visitors/ann?site=other").result_int());
}

TEST_F(Routes, Decides) {
  put(event_json("ann", "page_view", kNow));
  const auto asked = x_client.get("/v1/decide?visitor=ann&placement=home&n=2");
  EXPECT_EQ(2u, count_of(asked.body(), "\"product\":\"home-")) << asked.body();
  EXPECT_NE(std::string::npos, asked.body().find(R"("reasons":["for \"ann\""])"));
  const auto posted = x_client.post("/v1/decide", R"({"visitor":"ann","n":1})");
  EXPECT_EQ("default-0", text_of(posted.body(), "product")) << posted.body();
  const auto nothing = x_client.get("/v1/decide?visitor=nobody");
  EXPECT_EQ("unknown visitor", text_of(nothing.body(), "nothing_because")) << nothing.body();
  EXPECT_EQ(400u, x_client.get("/v1/decide").result_int());
  EXPECT_EQ(400u, x_client.get("/v1/decide?visitor=a&n=51").result_int());
  EXPECT_EQ(400u, x_client.post("/v1/decide", "[]").result_int());
}

TEST_F(Routes, ReplaysQuarantinedEventsOnceTheyAreRepaired) {
  put("[" + event_json("ann", "teleport", kNow) + "]");
  const auto list = x_client.get("/v1/quarantine");
  ASSERT_NE(std::string::npos, list.body().find("\"id\":1")) << list.body();
  EXPECT_EQ(422u, x_client.post("/v1/quarantine/1/replay", "").result_int());
  EXPECT_EQ(1u, count_of(x_client.get("/v1/quarantine").body(), "\"id\":"));  // no second entry
  const auto replayed =
      x_client.post("/v1/quarantine/1/replay", event_json("ann", "view_item", kNow));
  EXPECT_EQ(200u, replayed.result_int()) << replayed.body();
  EXPECT_NE(std::string::npos, replayed.body().find("\"replayed\":1,\"accepted\":1"));
  EXPECT_EQ(0u, count_of(x_client.get("/v1/quarantine").body(), "\"id\":"));
  EXPECT_EQ(404u, x_client.post("/v1/quarantine/1/replay", "").result_int());
  EXPECT_EQ(200u, x_client.get("/v1/visitors/ann").result_int());
}

TEST_F(Routes, GivesUpQuarantinedEvents) {
  put("[" + event_json("ann", "teleport", kNow) + "]");
  x_client.send("DELETE /v1/quarantine/1 HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_EQ(204u, x_client.read().result_int());
  x_client.send("DELETE /v1/quarantine/1 HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_EQ(404u, x_client.read().result_int());
}

TEST_F(Routes, MovesTheClock) {
  put(event_json("ann", "add_to_cart", kNow));
  EXPECT_EQ(1u, count_of(x_client.get("/v1/changes").body(), "\"entered\""));
  const auto ticked =
      x_client.post("/v1/clock", "{\"tick\":" + std::to_string(kNow + 2 * kDayMs) + "}");
  EXPECT_EQ(200u, ticked.result_int()) << ticked.body();
  EXPECT_EQ("events", text_of(ticked.body(), "mode"));
  const auto changes = x_client.get("/v1/changes");
  EXPECT_EQ(1u, count_of(changes.body(), "\"left\"")) << changes.body();
  EXPECT_NE(std::string::npos, changes.body().find("\"reason\":\"deadline\""));
  EXPECT_EQ("wall", text_of(x_client.post("/v1/clock", R"({"mode":"wall"})").body(), "mode"));
  EXPECT_EQ(400u, x_client.post("/v1/clock", R"({"mode":"sidereal"})").result_int());
  EXPECT_EQ(400u, x_client.post("/v1/clock", R"({"tick":"yesterday"})").result_int());
}

TEST_F(Routes, ReportsHealthAndMetrics) {
  put(event_json("ann", "page_view", kNow));
  EXPECT_EQ(200u, x_client.get("/health/live").result_int());
  const auto ready = x_client.get("/health/ready");
  EXPECT_EQ(200u, ready.result_int()) << ready.body();
  const auto metrics = x_client.get("/metrics");
  EXPECT_NE(std::string::npos, metrics.body().find("rekindle_intake_accepted_total 1\n"))
      << metrics.body();
  EXPECT_NE(std::string::npos, metrics.body().find("rekindle_ack_seconds_count 1\n"));
  EXPECT_NE(std::string::npos, metrics.body().find("rekindle_events_total{shard=\"0\"}"));
}

TEST(Ready, SaysNoWithoutDiskSpace) {
  ServerRigOptions options;
  options.server.free_bytes = [] { return uint64_t{10}; };
  ServerRig rig(options);
  Client client(rig.port());
  const auto ready = client.get("/health/ready");
  EXPECT_EQ(503u, ready.result_int());
  EXPECT_NE(std::string::npos, ready.body().find("\"disk_space\":false")) << ready.body();
}

}  // namespace
}  // namespace rekindle::testing
