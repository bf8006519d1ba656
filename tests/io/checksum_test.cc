// The checksum of a member set, now and at places in the feed.
#include "io/member_checksum.h"

#include "tests/io/clients.h"
#include "tests/io/server_rig.h"

namespace rekindle::testing {
namespace {

class Checksum : public ::testing::Test {
 protected:
  void put(const std::string& visitor, const std::string& type, int64_t at = kNow) {
    ASSERT_EQ(200u, x_client.post("/v1/events", event_json(visitor, type, at)).result_int());
  }
  [[nodiscard]] std::string get(const std::string& query = {}) {
    const auto answer = x_client.get("/v1/audiences/carted/checksum" + query);
    EXPECT_EQ(200u, answer.result_int()) << answer.body();
    return answer.body();
  }
  // As a client computes it.
  [[nodiscard]] static std::string of(const std::vector<std::string>& visitors) {
    SetChecksum checksum;
    for (const std::string& name : visitors) checksum.toggle(visitor_key(site_id("shop"), name));
    return io::to_text(checksum);
  }
  void expect(const std::string& body, const std::vector<std::string>& visitors) {
    EXPECT_EQ(of(visitors), text_of(body, "checksum")) << body;
    EXPECT_NE(std::string::npos, body.find("\"size\":" + std::to_string(visitors.size()) + ","))
        << body;
  }

  ServerRig x_rig;
  Client x_client{x_rig.port()};
};

// docs/handover.md has these: they must not change.
TEST_F(Checksum, IsWhatTheDocumentationSays) {
  EXPECT_EQ(of({}), "00000000000000000000000000000000");
  EXPECT_EQ(of({"visitor-1"}), "eda5153f6eb6b2812fe672638d100f7b");
  EXPECT_EQ(of({"visitor-2"}), "57aaf71927bab024e706aea5c431a932");
  EXPECT_EQ(of({"visitor-1", "visitor-2"}), "ba0fe226490c02a5c8e0dcc64921a649");
  EXPECT_EQ(of({"ann", "bob", "ann"}), of({"bob"}));
}

TEST_F(Checksum, IsThatOfTheMembersNow) {
  expect(get(), {});
  put("ann", "add_to_cart");
  put("bob", "add_to_cart");
  put("cat", "view_item");
  expect(get(), {"ann", "bob"});
  expect(get("?at=now"), {"bob", "ann"});
  const auto page = x_client.get("/v1/audiences/carted/members?limit=1");
  expect(page.body(), {"ann", "bob"});  // of all, not of the page
  const auto next =
      x_client.get("/v1/audiences/carted/members?cursor=" + text_of(page.body(), "cursor"));
  EXPECT_EQ(std::string::npos, next.body().find("checksum"));  // it may be another set by now
  const auto lines = x_client.get("/v1/audiences/carted/members?format=csv");
  EXPECT_EQ(of({"ann", "bob"}), lines["X-Checksum"]);
}

TEST_F(Checksum, IsExactAtEveryPlaceOfTheFeed) {
  std::vector<std::string> cursors{text_of(get(), "cursor")};
  for (const std::string name : {"ann", "bob", "cat"}) {
    put(name, "add_to_cart");
    cursors.push_back(text_of(get(), "cursor"));
  }
  ASSERT_TRUE(x_rig.engine().tick(EventTime{kNow} + days(2)));  // all leave
  put("dan", "add_to_cart", kNow + 3 * 86'400'000LL);
  expect(get(), {"dan"});
  const std::vector<std::string> names{"ann", "bob", "cat"};
  for (size_t n = 0; n <= names.size(); ++n) {
    const std::string body = get("?at=" + cursors[n]);
    expect(body, {names.begin(), names.begin() + static_cast<std::ptrdiff_t>(n)});
    EXPECT_EQ(cursors[n], text_of(body, "cursor"));
  }
  expect(get("?at=0"), {});
}

TEST_F(Checksum, AnswersAboutAdvertisingDoNotMoveIt) {
  put("ann", "add_to_cart");
  const std::string cursor = text_of(get(), "cursor");
  x_client.post("/v1/events", R"({"visitor":"ann","type":"consent","at":1700000000001,)"
                              R"("consent":{"ads":true}})");
  expect(get(), {"ann"});
  expect(get("?at=" + cursor), {"ann"});
  EXPECT_NE(cursor, text_of(get(), "cursor"));
}

TEST_F(Checksum, RefusesPlacesThatAreNone) {
  put("ann", "add_to_cart");
  EXPECT_EQ(404u, x_client.get("/v1/audiences/none/checksum").result_int());
  EXPECT_EQ(400u, x_client.get("/v1/audiences/carted/checksum?at=xyz").result_int());
  io::ChangesCursor ahead(8);
  ahead.set(3, 1'000);
  EXPECT_EQ(400u, x_client.get("/v1/audiences/carted/checksum?at=" + ahead.text()).result_int());
}

TEST_F(Checksum, SaysThatAPlaceIsGone) {
  const std::string begin = text_of(get(), "cursor");
  put("ann", "add_to_cart");
  put("ann", "view_item", kNow + 1);
  std::vector<LogTrim> all;
  for (uint16_t p = 0; p < 8; ++p) all.push_back({PartitionId{p}, 0, 2, 0});
  ASSERT_TRUE(x_rig.log().trim(all).has_value());
  EXPECT_EQ(410u, x_client.get("/v1/audiences/carted/checksum?at=" + begin).result_int());
  expect(get(), {"ann"});
}

}  // namespace
}  // namespace rekindle::testing
