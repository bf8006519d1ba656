// What visitors told and allowed, from the events on the wire to the pages that ad platforms take.
#include <fstream>
#include <iterator>
#include <set>

#include "tests/io/clients.h"
#include "tests/io/server_rig.h"

namespace rekindle::testing {
namespace {

std::string golden_file(const std::string& name) {
  std::ifstream file(RK_SOURCE_DIR "/tests/io/handover/golden/" + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

// An event with further members, which begin with a comma.
std::string event_with(const std::string& visitor, const std::string& type, int64_t at,
                       const std::string& more) {
  std::string json = event_json(visitor, type, at);
  json.pop_back();
  return json + more + "}\n";
}

class HandoverRoute : public ::testing::Test {
 protected:
  void put(const std::string& body) {
    const auto answer = x_client.post("/v1/events", body);
    ASSERT_EQ(200u, answer.result_int()) << answer.body();
    ASSERT_NE(std::string::npos, answer.body().find("\"rejected\":[]")) << answer.body();
  }
  // Carts of one who told all and agreed, one who agreed by Google's purposes and told little of
  // use, one who refused, and one who was never asked.
  void put_shoppers() {
    for (const std::string visitor : {"ann", "bob", "cat", "dan"}) {
      put(event_with(visitor, "add_to_cart", kNow, ""));
    }
    put(event_with("ann", "identify", kNow,
                   R"(,"user":"C-1001","consent":{"ads":true},"props":{)"
                   R"("email":" John_Smith@Gmail.com ","phone":"+1 650 555 1212",)"
                   R"("firstName":"Zo\u00eb","last_name":"O'Brien","gender":"Female",)"
                   R"("birthday":"1990-02-07","city":"St. John's","state":"California",)"
                   R"("postal_code":"94103-1234","country":"US",)"
                   R"("mobile_ad_id":"AECE52E7-03EE-455A-B3C4-E57283966239"})"));
    put(event_with("ann", "purchase", kNow, R"(,"value":123.45)"));
    put(event_with("bob", "consent", kNow,
                   R"(,"consent":{"ad_user_data":"granted","ad_personalization":"granted"})"));
    put(event_with("bob", "identify", kNow, R"(,"props":{"email":"nobody","phone":"6505551212"})"));
    put(event_with("cat", "identify", kNow,
                   R"(,"consent":{"ads":false},"props":{"email":"cat@example.com"})"));
    put(event_with("dan", "identify", kNow, R"(,"props":{"email":"dan@example.com"})"));
  }
  [[nodiscard]] std::string page(const std::string& query) {
    const auto answer = x_client.get("/v1/audiences/carted/members?" + query);
    EXPECT_EQ(200u, answer.result_int()) << answer.body();
    EXPECT_EQ("application/json", answer["Content-Type"]);
    EXPECT_EQ("no-store", answer["Cache-Control"]);
    return answer.body();
  }
  [[nodiscard]] int status(const std::string& query) {
    return static_cast<int>(x_client.get("/v1/audiences/carted/members?" + query).result_int());
  }

  ServerRig x_rig;
  Client x_client{x_rig.port()};
};

TEST_F(HandoverRoute, AVisitorShowsWhatItToldAndAllowed) {
  put(event_with("ann", "page_view", kNow, R"(,"campaign":{"source":"news","name":"autumn"})"));
  put(event_with("ann", "identify", kNow + 1,
                 R"(,"user":"u-1","props":{"email":"ann@example.com","plan":null,"age":42})"));
  put(event_with("ann", "consent", kNow + 2, R"(,"consent":{"ads":true,"sms":false})"));
  const std::string seen = x_client.get("/v1/visitors/ann").body();
  EXPECT_NE(std::string::npos,
            seen.find(R"("traits":[{"name":"age","value":"42","at":"2023-11-14T22:13:20.001Z"},)"
                      R"({"name":"email","value":"ann@example.com","at":)"
                      R"("2023-11-14T22:13:20.001Z"},{"name":"user_id","value":"u-1")"))
      << seen;
  EXPECT_NE(std::string::npos,
            seen.find(R"("consent":[{"purpose":"ads","granted":true,)"
                      R"("at":"2023-11-14T22:13:20.002Z"},{"purpose":"sms","granted":false)"))
      << seen;
  EXPECT_NE(std::string::npos, seen.find(R"("first_campaign":{"source":"news","medium":"",)"
                                         R"("name":"autumn","at":"2023-11-14T22:13:20.000Z"})"))
      << seen;
  put(event_with("bob", "page_view", kNow, ""));
  const std::string silent = x_client.get("/v1/visitors/bob").body();
  EXPECT_NE(std::string::npos, silent.find(R"("traits":[],"consent":[],"first_campaign":null,)"
                                           R"("last_campaign":null)"))
      << silent;
}

TEST_F(HandoverRoute, MembersAsMetaTakesThem) {
  put_shoppers();
  EXPECT_EQ(page("format=meta&list=2385&session_id=42&values=true"),
            golden_file("members_meta.json"));
}

TEST_F(HandoverRoute, MembersAsGoogleTakesThem) {
  put_shoppers();
  EXPECT_EQ(page("format=google&customer=1234567890&list=55"), golden_file("members_google.json"));
}

TEST_F(HandoverRoute, MembersAsGooglesDataManagerTakesThem) {
  put_shoppers();
  EXPECT_EQ(page("format=google_data_manager&account=1234567890&list=55&terms_accepted=true"),
            golden_file("members_google_data_manager.json"));
}

TEST_F(HandoverRoute, ConsentAndMembershipAreThoseOfTheMoment) {
  put_shoppers();
  EXPECT_NE(std::string::npos, page("format=google").find("\"matched\":1,"));
  put(event_with("ann", "consent", kNow + 1, R"(,"consent":{"ads":false})"));
  const std::string after = page("format=google");
  EXPECT_NE(std::string::npos, after.find("\"requests\":[],\"matched\":0,")) << after;
  EXPECT_NE(std::string::npos,
            after.find(R"({"member":"ann","action":"add","reasons":["no_consent"]})"))
      << after;
  // Consent of an older event does not bring her back, that of a newer one does.
  put(event_with("ann", "consent", kNow, R"(,"consent":{"ads":true})"));
  EXPECT_NE(std::string::npos, page("format=google").find("\"matched\":0,"));
  put(event_with("ann", "consent", kNow + 2, R"(,"consent":{"ads":true})"));
  EXPECT_NE(std::string::npos, page("format=google").find("\"matched\":1,"));
}

TEST_F(HandoverRoute, EveryMemberIsOnOnePageAndOnlyTheLastPageSaysSo) {
  std::string body;
  for (int i = 0; i < 250; ++i) {
    body += event_with("v" + std::to_string(i), "add_to_cart", kNow,
                       R"(,"consent":{"ads":true},"user":"u)" + std::to_string(i) + "\"");
  }
  put(body);
  std::set<std::string> users;
  std::string cursor;
  int pages = 0;
  int last_flags = 0;
  do {
    const std::string one = page("format=google&kind=user_id&limit=100&cursor=" + cursor);
    EXPECT_NE(std::string::npos, one.find("\"size\":250"));
    const std::string key = "\"thirdPartyUserId\":\"";
    for (size_t at = 0; (at = one.find(key, at)) != std::string::npos; at += key.size()) {
      const size_t begin = at + key.size();
      users.insert(one.substr(begin, one.find('"', begin) - begin));
    }
    const std::string meta =
        page("format=meta&external_ids=1&session_id=7&batch_seq=" + std::to_string(pages + 1) +
             "&limit=100&cursor=" + cursor);
    last_flags += static_cast<int>(count_of(meta, "\"last_batch_flag\":true"));
    EXPECT_EQ(count_of(meta, "\"batch_seq\":" + std::to_string(pages + 1)), 1u) << meta;
    cursor = text_of(one, "cursor");
    ++pages;
  } while (!cursor.empty());
  EXPECT_EQ(3, pages);
  EXPECT_EQ(1, last_flags);
  EXPECT_EQ(250u, users.size());
}

TEST_F(HandoverRoute, AnEmptyAudienceIsAnEmptyPage) {
  const std::string empty = page("format=meta");
  EXPECT_NE(std::string::npos, empty.find("\"requests\":[],\"matched\":0,\"unmatched\":[]"))
      << empty;
}

TEST_F(HandoverRoute, RefusesWhatItDoesNotUnderstand) {
  EXPECT_EQ(200, status("format=meta&limit=1000"));
  EXPECT_EQ(400, status("format=meta&limit=1001"));
  EXPECT_EQ(400, status("format=meta&limit=0"));
  EXPECT_EQ(400, status("format=meta&values=perhaps"));
  EXPECT_EQ(400, status("format=meta&session_id=0"));
  EXPECT_EQ(400, status("format=google&kind=all"));
  EXPECT_EQ(400, status("format=google&customer=12-34&list=5"));
  EXPECT_EQ(400, status("format=google_data_manager"));
  EXPECT_EQ(400, status("format=tiktok"));
  EXPECT_EQ(400, status("format=meta&cursor=x"));
  EXPECT_EQ(404u, x_client.get("/v1/audiences/none/members?format=meta").result_int());
}

}  // namespace
}  // namespace rekindle::testing
