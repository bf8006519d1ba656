// The reports over HTTP, as JSON and as CSV: a few visitors' spring whose figures can be counted on
// one's fingers; what is asked wrongly; and a store in which nothing happened.
#include "tests/io/shop_rig.h"

namespace rekindle::testing {
namespace {

std::string happens(const std::string& visitor, const std::string& type, const std::string& at,
                    const std::string& site = "shop") {
  return R"({"site":")" + site + R"(","visitor":")" + visitor + R"(","type":")" + type +
         R"(","at":")" + at + ":00Z\"}\n";
}

class ReportsRoute : public ::testing::Test {
 protected:
  // Ann looks before she buys, bob buys at once, cat only looks; dan looks elsewhere.
  void tell_spring() {
    x_rig.put(happens("ann", "page_view", "2026-03-02T10:00") +
              happens("bob", "purchase", "2026-03-02T12:00") +
              happens("dan", "page_view", "2026-03-02T13:00", "outlet") +
              happens("ann", "purchase", "2026-03-03T10:00") +
              happens("cat", "page_view", "2026-04-01T09:00") +
              happens("ann", "purchase", "2026-04-05T08:00"));
    const Answer ticked = x_rig.clock(R"({"tick":"2026-05-01T00:00:00Z"})");
    ASSERT_EQ(200u, ticked.result_int()) << ticked.body();
    x_rig.restart();  // reports of customers are of what is saved
  }
  std::string report(const std::string& query, const std::string& type = "application/json") {
    const Answer answer = x_rig.get("/v1/reports/" + query);
    EXPECT_EQ(200u, answer.result_int()) << query << ' ' << answer.body();
    EXPECT_EQ(type, answer["Content-Type"]);
    EXPECT_EQ("no-store", answer["Cache-Control"]);
    return answer.body();
  }
  std::string csv(const std::string& query) {
    return report(query + "&format=csv", "text/csv; charset=utf-8");
  }
  void is_refused(unsigned status, const std::string& query, const std::string& code) {
    const Answer answer = x_rig.get("/v1/reports/" + query);
    EXPECT_EQ(status, answer.result_int()) << query << ' ' << answer.body();
    EXPECT_EQ("application/problem+json", answer["Content-Type"]) << query;
    EXPECT_NE(std::string::npos, answer.body().find("\"code\":\"" + code + "\"")) << answer.body();
    EXPECT_NE(std::string::npos, answer.body().find("\"detail\":\"")) << answer.body();
  }

  ShopRig x_rig{{{"stage_aware", "", "", "lifetime.orders == 0"},
                 {"stage_bought", "", "", "lifetime.orders >= 1"},
                 {"busy", "", "", "count(any, 1d) >= 1"}}};
};

TEST_F(ReportsRoute, TellWhoMovedFromWhereToWhere) {
  tell_spring();
  EXPECT_EQ(report("flow?site=shop&from=2026-03&to=2026-03"),
            R"({"site":"shop","from":"2026-03-01","to":"2026-03-31","group":"stage","audiences":[)"
            R"({"name":"stage_aware","before":0,"after":0},)"
            R"({"name":"stage_bought","before":0,"after":2}],"moves":[)"
            R"({"from":null,"to":"stage_aware","moves":1},)"
            R"({"from":null,"to":"stage_bought","moves":1},)"
            R"({"from":"stage_aware","to":"stage_bought","moves":1}]})"
            "\n");
  EXPECT_EQ(report("flow?site=shop&from=2026-04&to=2026-04&group=stage"),
            R"({"site":"shop","from":"2026-04-01","to":"2026-04-30","group":"stage","audiences":[)"
            R"({"name":"stage_aware","before":0,"after":1},)"
            R"({"name":"stage_bought","before":2,"after":2}],"moves":[)"
            R"({"from":null,"to":"stage_aware","moves":1}]})"
            "\n");
  EXPECT_EQ(csv("flow?site=shop&from=2026-03-02&to=2026-03-03&group=busy"),
            "from,to,moves\n,busy,2\nbusy,,1\n");  // ann left and entered in one instant: no move
  EXPECT_EQ(csv("flow?site=outlet&from=2026-03&to=2026-04"), "from,to,moves\n,stage_aware,1\n");
}

TEST_F(ReportsRoute, TellSizesDayByDay) {
  tell_spring();
  EXPECT_EQ(report("sizes?site=shop&from=2026-03-02&to=2026-03-03&audiences=busy,stage_bought"),
            R"({"site":"shop","from":"2026-03-02","to":"2026-03-03","days":[)"
            R"({"day":"2026-03-02","audience":"busy","size":2,"entered":2,"left":0},)"
            R"({"day":"2026-03-02","audience":"stage_bought","size":1,"entered":1,"left":0},)"
            R"({"day":"2026-03-03","audience":"busy","size":1,"entered":1,"left":2},)"
            R"({"day":"2026-03-03","audience":"stage_bought","size":2,"entered":1,"left":0}]})"
            "\n");
  EXPECT_EQ(csv("sizes?site=outlet&from=2026-03-01&to=2026-03-02"),
            "day,audience,size,entered,left\n"
            "2026-03-01,stage_aware,0,0,0\n2026-03-01,stage_bought,0,0,0\n2026-03-01,busy,0,0,0\n"
            "2026-03-02,stage_aware,1,1,0\n2026-03-02,stage_bought,0,0,0\n2026-03-02,busy,1,1,0\n");
}

TEST_F(ReportsRoute, TellGrowth) {
  tell_spring();
  EXPECT_EQ(report("growth?site=shop&from=2026-03&to=2026-03"),
            R"({"site":"shop","from":"2026-03-01","to":"2026-03-31",)"
            R"("as_of":"2026-05-01T00:00:00.000Z","bounded":0,"new_leads":1,"new_customers":2,)"
            R"("repeat":0,"reactivated":0,"ordering":2,"orders":2})"
            "\n");
  EXPECT_EQ(csv("growth?site=shop&from=2026-04&to=2026-04"),
            "figure,value\nnew_leads,1\nnew_customers,0\nrepeat,1\nreactivated,0\nordering,1\n"
            "orders,1\n");
  EXPECT_NE(std::string::npos,
            csv("growth?site=shop&from=2026-04&to=2026-04&lapsed_after=30").find("reactivated,1"));
}

TEST_F(ReportsRoute, TellRetentionAndCohorts) {
  tell_spring();
  EXPECT_EQ(report("retention?site=shop&from=2026-03&to=2026-04"),
            R"({"site":"shop","from":"2026-03-01","to":"2026-04-30",)"
            R"("as_of":"2026-05-01T00:00:00.000Z","bounded":0,"months":[)"
            R"({"month":"2026-03","active":2,"active_before":0,"retained":0,"retention":null},)"
            R"({"month":"2026-04","active":1,"active_before":2,"retained":1,"retention":0.5000}]})"
            "\n");
  EXPECT_EQ(
      csv("retention?site=shop&from=2026-03&to=2026-04"),
      "month,active,active_before,retained,retention\n2026-03,2,0,0,\n2026-04,1,2,1,0.5000\n");
  EXPECT_EQ(report("cohorts?site=shop&from=2026-03&to=2026-04"),
            R"({"site":"shop","from":"2026-03-01","to":"2026-04-30",)"
            R"("as_of":"2026-05-01T00:00:00.000Z","bounded":0,"cohorts":[)"
            R"({"month":"2026-03","size":2,"repeaters":1,"repeat_rate":0.5000,"active":[2,1]},)"
            R"({"month":"2026-04","size":0,"repeaters":0,"repeat_rate":null,"active":[0]}]})"
            "\n");
  EXPECT_EQ(csv("cohorts?site=shop&from=2026-03&to=2026-04"),
            "cohort,size,repeaters,repeat_rate,month,active\n2026-03,2,1,0.5000,0,2\n"
            "2026-03,2,1,0.5000,1,1\n2026-04,0,0,,0,0\n");
}

TEST_F(ReportsRoute, ReachNoFurtherThanWhatIsSaved) {
  x_rig.put(happens("ann", "purchase", "2026-03-02T10:00"));
  EXPECT_NE(std::string::npos,
            csv("growth?site=shop&from=2026-03&to=2026-03").find("new_customers,0"));
  x_rig.restart();
  EXPECT_NE(std::string::npos,
            csv("growth?site=shop&from=2026-03&to=2026-03").find("new_customers,1"));
}

TEST_F(ReportsRoute, RefuseWhatMakesNoSense) {
  for (const std::string name : {"flow", "sizes", "growth", "retention", "cohorts"}) {
    for (const std::string query :
         {"", "from=2026-03", "from=2026-13&to=2027-01", "from=2026-04&to=2026-03",
          "from=2026-02-30&to=2026-03-01", "from=2010-01&to=2026-01", "from=today&to=2026-03",
          "from=2026-03&to=2026-03&format=xml"}) {
      is_refused(400, name + "?site=shop&" + query, "invalid_argument");
    }
    is_refused(400, name + "?from=2026-03&to=2026-03", "unknown_site");  // there are two
    is_refused(400, name + "?from=2026-03&to=2026-03&site=nowhere", "unknown_site");
  }
  const std::string march = "site=shop&from=2026-03&to=2026-03";
  is_refused(404, "flow?group=nobody&" + march, "not_found");
  is_refused(404, "flow?group=stage_&" + march, "not_found");
  is_refused(404, "sizes?audiences=busy,nobody&" + march, "not_found");
  is_refused(404, "sizes?audiences=busy,&" + march, "not_found");
  for (const std::string days : {"0", "3651", "-1", "many"}) {
    is_refused(400, "growth?lapsed_after=" + days + "&" + march, "invalid_argument");
  }
  EXPECT_EQ(404u, x_rig.get("/v1/reports/weather?" + march).result_int());
}

TEST_F(ReportsRoute, AnswerAnEmptyStore) {
  const std::string march = "?site=shop&from=2026-03&to=2026-03";
  EXPECT_EQ(csv("flow" + march), "from,to,moves\n");
  EXPECT_EQ(csv("sizes?site=shop&from=2026-03-01&to=2026-03-01&audiences=busy"),
            "day,audience,size,entered,left\n2026-03-01,busy,0,0,0\n");
  EXPECT_EQ(report("growth" + march),
            R"({"site":"shop","from":"2026-03-01","to":"2026-03-31","as_of":null,"bounded":0,)"
            R"("new_leads":0,"new_customers":0,"repeat":0,"reactivated":0,"ordering":0,"orders":0})"
            "\n");
  EXPECT_EQ(csv("retention" + march),
            "month,active,active_before,retained,retention\n2026-03,0,0,0,\n");
  EXPECT_EQ(csv("cohorts" + march),
            "cohort,size,repeaters,repeat_rate,month,active\n2026-03,0,0,,0,0\n");
}

}  // namespace
}  // namespace rekindle::testing
