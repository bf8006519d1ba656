// Consent at the doors: what is answered, what is kept, and what is left at the visitor.
#include <gtest/gtest.h>

#include "core/log_format.h"
#include "tests/io/clients.h"
#include "tests/io/server_rig.h"

namespace rekindle::testing {
namespace {

ServerRigOptions collecting(io::Collect collect) {
  ServerRigOptions options;
  options.server.collect = {io::default_collect("shop")};
  options.server.collect[0].collect = collect;
  return options;
}

std::string with_consent(std::string event, const std::string& consent) {
  event.pop_back();
  return event + R"(,"consent":)" + consent + "}";
}

TEST(ConsentRoutes, SaysWhatWasLeftOut) {
  ServerRig rig(collecting(io::Collect::kWithConsent));
  Client client(rig.port());
  const std::string event = event_json("ann", "page_view", kNow);
  const std::string body = event + "\n" + with_consent(event, R"({"analytics":true})") + "\n{bad";
  const auto answer = client.post("/v1/events", body);
  EXPECT_NE(std::string::npos,
            answer.body().find(R"("accepted":1,"duplicates":0,"without_consent":1)"))
      << answer.body();
  EXPECT_EQ(1u, count_of(answer.body(), "\"reason\""));
  EXPECT_EQ(200u, client.get("/pixel.gif?e=page_view&v=bob").result_int());
  EXPECT_EQ(404u, client.get("/v1/visitors/bob").result_int());
}

TEST(ConsentRoutes, KeepsARefusalOfGlobalPrivacyControl) {
  ServerRig rig;
  Client client(rig.port());
  client.post("/v1/events", with_consent(event_json("ann", "page_view", kNow), R"({"ads":true})"),
              "Sec-GPC: 1\r\n");
  EXPECT_NE(std::string::npos,
            client.get("/v1/visitors/ann").body().find(R"("purpose":"ads","granted":false)"));
  client.get("/pixel.gif?e=page_view&v=bob", "DNT: 1\r\n");
  EXPECT_NE(std::string::npos,
            client.get("/v1/visitors/bob").body().find(R"("purpose":"ads","granted":false)"));
  client.post("/v1/t", R"({"anonymousId":"sue","event":"Product Viewed",
                          "context":{"consent":{"categoryPreferences":{"ads":true}}}})",
              "Sec-GPC: 1\r\n");
  EXPECT_NE(std::string::npos,
            client.get("/v1/visitors/sue").body().find(R"("purpose":"ads","granted":false)"));
}

TEST(ConsentRoutes, ReadsTheCmpsCookieAndTheAddress) {
  constexpr const char* kAll = "CQdWToAQdWToAAfACBENAHEgAP_AAAIAAAAAAEAEAAAAAAAA.YAAAAAAAAAAA";
  ServerRig rig(collecting(io::Collect::kWithConsent));
  Client client(rig.port());
  client.get("/pixel.gif?e=page_view&v=ann", std::string("Cookie: euconsent-v2=") + kAll + "\r\n");
  EXPECT_EQ(200u, client.get("/v1/visitors/ann").result_int());
  client.get(std::string("/pixel.gif?e=page_view&v=bob&gdpr=1&gdpr_consent=") + kAll);
  EXPECT_EQ(200u, client.get("/v1/visitors/bob").result_int());
}

// Nothing that came from the device is in the log, in the answer's head, or in the quarantine.
TEST(ConsentRoutes, CookielessLeavesNoTraceOfTheDevice) {
  ServerRig rig(collecting(io::Collect::kCookieless));
  Client client(rig.port());
  const std::string headers = "User-Agent: trace-agent\r\nCookie: sp=trace-cookie\r\n";
  const auto pixel = client.get("/pixel.gif?e=page_view&u=https://a.example/?trace-url", headers);
  EXPECT_EQ(200u, pixel.result_int());
  EXPECT_EQ("", pixel["Set-Cookie"]);
  EXPECT_EQ("", client.get("/i?e=pv&duid=trace-duid", headers)["Set-Cookie"]);
  client.post("/v1/events", event_json("trace-visitor", "page_view", kNow), headers);
  client.post("/v1/events", R"({"visitor":"trace-visitor","type":"trace-type"})", headers);
  client.post("/v1/events", R"({"visitor":"trace-visitor",)", headers);
  EXPECT_EQ(404u, client.get("/v1/visitors/trace-visitor").result_int());
  for (const auto& entry : rig.log().read_quarantine(0, 100).value()) {
    EXPECT_EQ("", entry.raw) << entry.reason;
    EXPECT_EQ("", entry.detail) << entry.reason;
  }
  const std::string metrics = client.get("/metrics").body();
  EXPECT_NE(std::string::npos,
            metrics.find("rekindle_cookieless_events_total{site=\"shop\",type=\"page_view\"} 3\n"));
  EXPECT_EQ(std::string::npos, client.get("/v1/quarantine").body().find("trace-visitor"));
}

}  // namespace
}  // namespace rekindle::testing
