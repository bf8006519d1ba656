// What visitors told and allowed, from the events on the wire to the pages that ad platforms take.
#include <fstream>
#include <iterator>
#include <set>

#include "core/log_format.h"
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

// --- changes -------------------------------------------------------------------------------------

class HandoverChanges : public HandoverRoute {
 protected:
  [[nodiscard]] std::string changes(const std::string& query) {
    const auto answer = x_client.get("/v1/audiences/carted/changes?" + query);
    EXPECT_EQ(200u, answer.result_int()) << answer.body();
    return answer.body();
  }
  // The next page of them; its entries as "add 1 remove 2", then who is unmatched.
  [[nodiscard]] std::string next(const std::string& query = "format=google") {
    const std::string body = changes(query + "&after=" + x_cursor);
    x_cursor = text_of(body, "cursor");
    std::string seen;
    for (const std::string action : {"add", "remove"}) {
      const std::string key = "{\"action\":\"" + action + "\",\"method\"";
      const size_t at = body.find(key);
      if (at == std::string::npos) continue;
      const size_t entries = body.find("\"entries\":", at) + 10;
      seen += action + " " + body.substr(entries, body.find(',', entries) - entries) + " ";
    }
    const size_t unmatched = body.find("\"unmatched\":") + 12;
    return seen + body.substr(unmatched, body.find(",\"refused_fields\"") - unmatched);
  }
  void agree(const std::string& visitor, int64_t at, const std::string& json) {
    put(event_with(visitor, "consent", at, ",\"consent\":" + json));
  }
  std::string x_cursor = "0";
};

TEST_F(HandoverChanges, WhoEntersIsAddedAndWhoLeavesIsRemoved) {
  put_shoppers();
  EXPECT_EQ(next(),
            R"(add 1 [{"member":"cat","action":"add","reasons":["no_consent"]},)"
            R"({"member":"bob","action":"add","reasons":["no_identifier","email_malformed",)"
            R"("phone_without_country_code"]},)"
            R"({"member":"dan","action":"add","reasons":["no_consent"]}])");
  EXPECT_EQ(next(), "[]");
  ASSERT_TRUE(x_rig.engine().tick(EventTime{kNow} + days(2)));
  // Of those who never agreed the platform has heard nothing, and does not now.
  EXPECT_EQ(next(),
            R"(remove 1 [{"member":"cat","action":"remove","reasons":["no_consent"]},)"
            R"({"member":"bob","action":"remove","reasons":["no_identifier","email_malformed",)"
            R"("phone_without_country_code"]},)"
            R"({"member":"dan","action":"remove","reasons":["no_consent"]}])");
  EXPECT_EQ(next(), "[]");
}

TEST_F(HandoverChanges, MetaRemovesByTheVisitorsNameToo) {
  put_shoppers();
  static_cast<void>(next());
  ASSERT_TRUE(x_rig.engine().tick(EventTime{kNow} + days(2)));
  const std::string body = changes("format=meta&list=2385&after=" + x_cursor);
  EXPECT_EQ(1u, count_of(body, R"("method":"DELETE","path":"2385/users","entries":2)")) << body;
  EXPECT_EQ(1u, count_of(body, "[\"ann\",")) << body;
  EXPECT_EQ(1u, count_of(body, "[\"bob\",")) << body;
  EXPECT_EQ(0u, count_of(body, "\"action\":\"add\"")) << body;
}

TEST_F(HandoverChanges, WhoTakesConsentBackLeavesAtOnceAndComesBackWithIt) {
  put_shoppers();
  static_cast<void>(next());
  agree("ann", kNow + 1, R"({"ads":false})");
  EXPECT_EQ(next(), "remove 1 []");
  // It is a member all the while.
  EXPECT_NE(std::string::npos, x_client.get("/v1/audiences/carted").body().find("\"size\":4"));
  agree("ann", kNow + 2, R"({"ads":false,"sms":true})");  // nothing new
  EXPECT_EQ(next(), "[]");
  agree("ann", kNow + 3, R"({"ads":true})");
  EXPECT_EQ(next(), "add 1 []");
  // Entering without consent, then agreeing.
  agree("dan", kNow + 4, R"({"ads":true})");
  EXPECT_EQ(next(), "add 1 []");
  // Refusing what was never granted takes nothing off.
  agree("cat", kNow + 5, R"({"ad_user_data":false})");
  EXPECT_EQ(next(), "[]");
  // One of two uses is enough to be taken off.
  agree("dan", kNow + 6, R"({"ad_personalization":false})");
  EXPECT_EQ(next(), "remove 1 []");
}

TEST_F(HandoverChanges, TheFeedItselfNamesThem) {
  put_shoppers();
  const std::string before = text_of(x_client.get("/v1/changes?after=0").body(), "cursor");
  agree("ann", kNow + 1, R"({"ads":false})");
  const std::string feed = x_client.get("/v1/changes?after=" + before).body();
  EXPECT_EQ("consent_refused", text_of(feed, "change")) << feed;
  EXPECT_EQ("consent", text_of(feed, "reason")) << feed;
  EXPECT_EQ("carted", text_of(feed, "audience")) << feed;
}

TEST_F(HandoverChanges, APageHoldsEachVisitorOnceAsItIsNow) {
  put_shoppers();
  agree("ann", kNow + 1, R"({"ads":false})");
  EXPECT_EQ(next().substr(0, 8), "remove 1");  // entered and refused
  agree("ann", kNow + 2, R"({"ads":true})");
  agree("ann", kNow + 3, R"({"ads":false})");
  agree("ann", kNow + 4, R"({"ads":true})");
  EXPECT_EQ(next(), "add 1 []");
}

TEST_F(HandoverChanges, WhoWasForgottenIsRemovedByName) {
  put_shoppers();
  static_cast<void>(next());
  // A change of a visitor nobody knows any more.
  Change change;
  change.audience = x_rig.engine().rules().find("carted")->id;
  change.definition_version = 1;
  change.site = site_id("shop");
  change.visitor_name = "erased";
  change.visitor = visitor_key(change.site, change.visitor_name);
  const PartitionId partition = partition_of(change.visitor, 8);
  std::string value(kEffectsHeaderBytes, '\0');
  write_effects_header(1, value.data());
  ByteWriter writer(value);
  append_change(change, writer);
  LogBatch batch;
  batch.partitions.push_back({partition,
                              *x_rig.log().end(partition) + 1,
                              "x",
                              x_rig.engine().last_change(partition) + 1,
                              value,
                              0,
                              {}});
  ASSERT_TRUE(x_rig.log().append(batch, Durability::kDurable));
  const std::string body = changes("format=meta&after=" + x_cursor);
  EXPECT_EQ(1u, count_of(body, R"("action":"remove","method":"DELETE")")) << body;
  EXPECT_EQ(1u, count_of(body, R"([["erased","","","",)")) << body;
}

TEST_F(HandoverChanges, ALongPollAnswersInTheFormatToo) {
  Client poller(x_rig.port());
  poller.send(
      "GET /v1/audiences/carted/changes?format=meta&after=now&wait=60 HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_EQ(200u, x_client.get("/v1/changes").result_int());  // the poll was read before this
  put(event_with("eve", "add_to_cart", kNow, R"(,"consent":{"ads":true},"user":"7")"));
  const std::string body = poller.read().body();
  EXPECT_EQ("meta", text_of(body, "format")) << body;
  EXPECT_EQ(1u, count_of(body, "\"member\":\"eve\"")) << body;  // known by name only
}

TEST_F(HandoverChanges, RefusesWhatItDoesNotUnderstand) {
  const auto refused = [this](const std::string& target) {
    return x_client.get(target).result_int();
  };
  EXPECT_EQ(200u, refused("/v1/audiences/carted/changes?format=json"));
  EXPECT_EQ(400u, refused("/v1/audiences/carted/changes?format=csv"));
  EXPECT_EQ(400u, refused("/v1/audiences/carted/changes?format=meta&limit=1001"));
  EXPECT_EQ(400u, refused("/v1/audiences/*/changes?format=meta"));
  EXPECT_EQ(400u, refused("/v1/changes?format=meta"));
  EXPECT_EQ(404u, refused("/v1/audiences/none/changes?format=meta"));
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
