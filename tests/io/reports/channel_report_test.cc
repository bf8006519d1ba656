// The report of channels, over HTTP, on a day that can be counted on one's fingers; docs/reports.md
// tells the same one.
#include <gtest/gtest.h>

#include "tests/io/clients.h"
#include "tests/io/server_rig.h"

namespace rekindle::testing {
namespace {

constexpr const char* kMay = R"("campaign":{"source":"letter","medium":"email","name":"May"})";
constexpr const char* kSpring = R"("campaign":{"source":"google","medium":"cpc","name":"spring"})";

std::string happens(const std::string& visitor, const std::string& at, const std::string& type,
                    const std::string& more = {}) {
  return R"({"visitor":")" + visitor + R"(","type":")" + type + R"(","at":"2026-03-)" + at +
         ":00Z\"" + (more.empty() ? "" : "," + more) + "}\n";
}

std::string the_day() {
  const std::string order = happens("bob", "02T11:30", "purchase", R"("value":"30","order":"o1")");
  return happens("ann", "02T10:00", "custom:email_delivered", kMay) +
         happens("ann", "02T10:05", "email_open", kMay) +
         happens("ann", "02T10:06", "email_click", kMay) +
         happens("ann", "02T10:07", "page_view", kMay) +  // the click's
         happens("ann", "02T12:00", "purchase", R"("value":"20")") +
         happens("bob", "02T09:00", "page_view", kSpring) +
         happens("bob", "02T09:10", "page_view", kSpring) +  // the same visit
         happens("bob", "02T10:00", "page_view", kSpring) +  // another
         happens("bob", "02T11:00", "subscribe") +
         happens("bob", "02T11:01", "sign_up") +  // once a visitor
         order + order +
         happens("cat", "02T08:00", "social_like",
                 R"("channel":"Instagram","props":{"influencer":"Jo"})") +
         happens("cat", "03T08:00", "purchase", R"("value":"10")") +
         happens("dan", "02T08:00", "purchase", R"("value":"5")") +
         happens("eve", "02T08:00", "custom:email_delivered", kMay);
}

io::ChannelCost cost_of(int32_t day, io::Channel channel, int64_t minor) {
  return {day, std::move(channel), minor};
}

constexpr int32_t kDay = 20'514;  // 2026-03-02

class ChannelReport : public ::testing::Test {
 protected:
  static ServerRigOptions options() {
    ServerRigOptions options;
    options.more_sites = {"outlet"};
    options.server.default_site = "shop";
    io::ChannelConfig& config = options.server.channels.emplace_back();
    config.site = "shop";
    config.read_costs = []() -> Result<std::vector<io::ChannelCost>> {
      return std::vector<io::ChannelCost>{
          cost_of(kDay, {"google", "cpc", "spring", ""}, 1'000),
          cost_of(kDay, {"google", "cpc", "spring", ""}, 200),
          cost_of(kDay - 1, {"google", "cpc", "spring", ""}, 99'999),
          cost_of(kDay, {"letter", "email", "May", ""}, 300),
          cost_of(kDay, {"poster", "print", "", ""}, 700)};
    };
    return options;
  }
  std::string report(const std::string& query) {
    const Answer answer = x_client.get("/v1/reports/channels?" + query);
    EXPECT_EQ(200u, answer.result_int()) << answer.body();
    EXPECT_EQ("no-store", answer["Cache-Control"]);
    return answer.body();
  }

  ServerRig x_rig{options()};
  Client x_client{x_rig.port()};
};

TEST_F(ChannelReport, IsWhatCanBeCountedByHand) {
  x_client.post("/v1/events", the_day());
  EXPECT_EQ(
      "media,source,medium,campaign,influencer,reach,engagements,engagement_rate,clicks,"
      "emails_collected,conversions,revenue,cost,cost_per_engagement,cost_per_acquisition,roas\n"
      "earned,instagram,influencer,,Jo,1,1,1.0000,0,0,1,10.00,0.00,,,\n"
      "other,poster,print,,,0,0,,0,0,0,0.00,7.00,,,0.0000\n"
      "owned,(direct),(none),,,0,0,,0,0,1,5.00,0.00,,,\n"
      "owned,letter,email,May,,2,2,1.0000,1,0,1,20.00,3.00,1.50,3.00,6.6667\n"
      "paid,google,cpc,spring,,1,2,2.0000,2,1,1,30.00,12.00,6.00,12.00,2.5000\n",
      report("site=shop&from=2026-03-02&to=2026-03-03&format=csv"));
}

TEST_F(ChannelReport, AddsUpKindsOfMediaAndSaysWhatItKnows) {
  x_client.post("/v1/events", the_day());
  const std::string body = report("site=shop&from=2026-03-02&to=2026-03-02");
  EXPECT_EQ(0u, body.find(R"({"site":"shop","from":"2026-03-02","to":"2026-03-02",)"
                          R"("currency":"GBP","window_seconds":2592000,"complete_from":null,)"
                          R"("channels":[{"media":"earned","source":"instagram",)"
                          R"("medium":"influencer","campaign":"","influencer":"Jo","reach":1,)"
                          R"("engagements":1,"engagement_rate":1.0000,"clicks":0,)"
                          R"("emails_collected":0,"conversions":0,"revenue":"0.00",)"
                          R"("cost":"0.00","cost_per_engagement":null,)"
                          R"("cost_per_acquisition":null,"roas":null},)"))
      << body;
  EXPECT_NE(std::string::npos,
            body.find(R"("media":[{"media":"owned","reach":2,"engagements":2,)"
                      R"("engagement_rate":1.0000,"clicks":1,"emails_collected":0,)"
                      R"("conversions":2,"revenue":"25.00","cost":"3.00",)"
                      R"("cost_per_engagement":"1.50","cost_per_acquisition":"1.50",)"
                      R"("roas":8.3333},{"media":"paid",)"))
      << body;
}

// What happened before the period explains what happened in it, and is not counted.
TEST_F(ChannelReport, LooksBackAsFarAsTheWindow) {
  x_client.post("/v1/events", the_day());
  const std::string body = report("site=shop&from=2026-03-03&to=2026-03-03&format=csv");
  EXPECT_EQ("earned,instagram,influencer,,Jo,0,0,,0,0,1,10.00,0.00,,,\n",
            body.substr(body.find('\n') + 1));
  x_client.post("/v1/events", happens("cat", "31T08:00", "purchase", R"("value":"9")") +
                                  happens("eve", "31T08:00", "purchase", R"("value":"8")"));
  // cat's like was 29 days ago; who was only reached came by themselves.
  const std::string late = report("site=shop&from=2026-03-31&to=2026-03-31&format=csv");
  EXPECT_NE(std::string::npos, late.find("\nearned,instagram,influencer,,Jo,0,0,,0,0,1,9.00,"));
  EXPECT_NE(std::string::npos, late.find("\nowned,(direct),(none),,,0,0,,0,0,1,8.00,")) << late;
}

// A late event is counted in its place: an order is explained by what came before it.
TEST_F(ChannelReport, PutsLateEventsInTheirPlace) {
  x_client.post("/v1/events", happens("ann", "02T12:00", "purchase", R"("value":"20")"));
  x_client.post("/v1/events", happens("ann", "02T13:00", "page_view", kSpring));
  x_client.post("/v1/events", happens("ann", "02T11:00", "page_view", kMay));
  const std::string body = report("site=shop&from=2026-03-02&to=2026-03-02&format=csv");
  EXPECT_NE(std::string::npos, body.find("letter,email,May,,1,1,1.0000,1,0,1,20.00,")) << body;
  EXPECT_NE(std::string::npos, body.find("google,cpc,spring,,1,1,1.0000,1,0,0,0.00,")) << body;
}

TEST_F(ChannelReport, TellsApartSitesAndRefusesWhatItCannotRead) {
  x_client.post("/v1/events", the_day());
  EXPECT_EQ(std::string::npos,
            report("site=outlet&from=2026-03&to=2026-03&format=csv").find("letter"));
  EXPECT_EQ(400u, x_client.get("/v1/reports/channels?site=shop&from=x&to=y").result_int());
  EXPECT_EQ(400u, x_client.get("/v1/reports/channels?from=2026-03&to=2026-03").result_int());
}

TEST_F(ChannelReport, SaysWhatIsWrongWithACostFile) {
  ServerRigOptions broken = options();
  broken.server.channels[0].read_costs = []() -> Result<std::vector<io::ChannelCost>> {
    return Error{ErrorCode::kInvalidConfiguration, "costs.csv:3: 'cost' is an amount"};
  };
  ServerRig rig(broken);
  Client client(rig.port());
  const Answer answer = client.get("/v1/reports/channels?site=shop&from=2026-03&to=2026-03");
  EXPECT_EQ(500u, answer.result_int());
  EXPECT_NE(std::string::npos, answer.body().find("costs.csv:3")) << answer.body();
  EXPECT_EQ(200u,
            client.get("/v1/reports/channels?site=outlet&from=2026-03&to=2026-03").result_int());
}

// CSV is taken apart where it was put together, whatever names are.
TEST_F(ChannelReport, QuotesNamesInCsv) {
  x_client.post("/v1/events",
                happens("ann", "02T12:00", "page_view",
                        R"("campaign":{"source":"a,b","medium":"cpc","name":"say \"hi\""})"));
  const std::string body = report("site=shop&from=2026-03-02&to=2026-03-02&format=csv");
  EXPECT_NE(std::string::npos, body.find("paid,\"a,b\",cpc,\"say \"\"hi\"\"\",,1,")) << body;
}

}  // namespace
}  // namespace rekindle::testing
