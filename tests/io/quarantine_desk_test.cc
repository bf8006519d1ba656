// The quarantine's list by site and reason, as a file, and its counts.
#include <gtest/gtest.h>

#include "tests/io/clients.h"
#include "tests/io/server_rig.h"

namespace rekindle::testing {
namespace {

class QuarantineDesk : public ::testing::Test {
 protected:
  static ServerRigOptions options() {
    ServerRigOptions options;
    options.more_sites = {"outlet"};
    return options;
  }
  void fill() {
    const auto event = [](const std::string& site, const std::string& more) {
      return R"({"site":")" + site + R"(","visitor":"ann")" + more + "}\n";
    };
    x_client.post("/v1/events", event("shop", R"(,"type":"nothing")") + event("shop", "") +
                                    event("outlet", R"(,"type":"nothing")") +
                                    event("nowhere", R"(,"type":"page_view")") + "{bad\n" +
                                    event("shop", R"(,"type":"nothing")"));
  }
  ServerRig x_rig{options()};
  Client x_client{x_rig.port()};
};

TEST_F(QuarantineDesk, CountsBySiteAndReason) {
  EXPECT_EQ("{\"counts\":[]}\n", x_client.get("/v1/quarantine/counts").body());
  fill();
  EXPECT_EQ(R"({"counts":[{"site":"","reason":"malformed_json","count":1},)"
            R"({"site":"","reason":"unknown_site","count":1},)"
            R"({"site":"outlet","reason":"unknown_event_type","count":1},)"
            R"({"site":"shop","reason":"missing_field","count":1},)"
            R"({"site":"shop","reason":"unknown_event_type","count":2}]})"
            "\n",
            x_client.get("/v1/quarantine/counts").body());
}

TEST_F(QuarantineDesk, ListsOfASiteAndAReason) {
  fill();
  const auto count = [&](const std::string& query) {
    return count_of(x_client.get("/v1/quarantine" + query).body(), "\"received_at\"");
  };
  EXPECT_EQ(6u, count(""));
  EXPECT_EQ(3u, count("?site=shop"));
  EXPECT_EQ(3u, count("?reason=unknown_event_type"));
  EXPECT_EQ(2u, count("?reason=unknown_event_type&site=shop"));
  EXPECT_EQ(0u, count("?site=other"));
  const std::string page = x_client.get("/v1/quarantine?site=shop&limit=1").body();
  EXPECT_NE(std::string::npos, page.find(R"("site":"shop")")) << page;
  EXPECT_NE(std::string::npos, page.find(R"("after":1})")) << page;
  EXPECT_NE(std::string::npos,
            x_client.get("/v1/quarantine?site=shop&limit=1&after=1").body().find("missing_field"));
}

TEST_F(QuarantineDesk, IsDownloadedALineAnEntry) {
  fill();
  const Answer all = x_client.get("/v1/quarantine?format=ndjson");
  EXPECT_EQ("application/x-ndjson", all["Content-Type"]);
  EXPECT_EQ("attachment; filename=\"quarantine.ndjson\"", all["Content-Disposition"]);
  EXPECT_EQ("", all["X-After"]);
  EXPECT_EQ(6u, count_of(all.body(), "\n"));
  EXPECT_EQ(0u, all.body().find("{\"id\":1,")) << all.body();
  EXPECT_EQ("2", x_client.get("/v1/quarantine?format=ndjson&limit=2")["X-After"]);
  EXPECT_EQ(400u, x_client.get("/v1/quarantine?format=xml").result_int());
}

}  // namespace
}  // namespace rekindle::testing
