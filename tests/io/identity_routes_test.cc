// A person by any of their ids, the journal, taking links back, and erasing all of a person.
#include "tests/io/clients.h"
#include "tests/io/server_rig.h"

namespace rekindle::testing {
namespace {

std::string said(const std::string& visitor, const std::string& type, const std::string& id,
                 const std::string& more) {
  return R"({"visitor":")" + visitor + R"(","type":")" + type + R"(","at":)" +
         std::to_string(kNow) + R"(,"event_id":")" + id + "\"," + more + "}";
}

class IdentityRoutes : public ::testing::Test {
 protected:
  void put(const std::string& body) {
    const auto answer = x_client.post("/v1/events", body);
    ASSERT_EQ(200u, answer.result_int()) << answer.body();
  }
  // Whatever changes persons first decides on what was claimed: so does a change of nothing.
  void decide() {
    ASSERT_EQ(404u, x_client.post("/v1/identity/decisions/999/unmerge", "").result_int());
  }
  // … and every person is looked at as one.
  void settle() {
    const auto answer = x_client.post("/v1/clock", R"({"settle":true})");
    ASSERT_EQ(200u, answer.result_int()) << answer.body();
  }
  std::string get(const std::string& path) {
    const auto answer = x_client.get(path);
    EXPECT_EQ(200u, answer.result_int()) << path << answer.body();
    return answer.body();
  }
  void put_ann() {
    put(said("phone", "identify", "1", R"("user":"u1","props":{"email":"Ann@shop.example"})"));
    decide();  // these are decisions 1 and 2
    put(said("phone", "purchase", "2", R"("order":"o1","value":"10.00","currency":"GBP")"));
    put(said("laptop", "purchase", "3", R"("order":"o1","value":"10.00","currency":"GBP")"));
    put(said("laptop", "purchase", "4", R"("order":"o2","value":"5.00","currency":"GBP")"));
    put(said("laptop", "login", "5", R"("user":"u1","props":{"device_id":"device-1"})"));
    put(said("laptop", "consent", "6", R"("props":{"email":false})"));
    put(said("phone", "consent", "7", R"("props":{"email":true,"ads":true})"));
    decide();
  }
  ServerRig x_rig;
  Client x_client{x_rig.port()};
};

TEST_F(IdentityRoutes, APersonIsFoundByAnyIdWithAllTheirVisitors) {
  put_ann();
  for (const char* id : {"phone", "u1", "ann@shop.example", "device-1"}) {
    const std::string body = get(std::string("/v1/visitors/") + id);
    EXPECT_EQ(1u, count_of(body, R"("person":{"id":"1")")) << body;
    EXPECT_EQ(1u, count_of(body, R"("others":[{"visitor":)")) << body;
    EXPECT_EQ(1u, count_of(body, R"({"type":"device","since":)")) << body;
    // Laptop's own, of both as one, and together.
    EXPECT_EQ(3u, count_of(body, R"({"purpose":"email","granted":false,)")) << body;
  }
  EXPECT_EQ("phone", text_of(get("/v1/visitors/phone"), "visitor"));
  EXPECT_EQ("laptop", text_of(get("/v1/visitors/laptop"), "visitor"));
}

TEST_F(IdentityRoutes, TogetherNothingCountsTwice) {
  put_ann();
  const std::string body = get("/v1/visitors/u1");
  const size_t begin = body.find(R"("together":)");
  const std::string together = body.substr(begin, body.find(R"("one":)") - begin);
  EXPECT_EQ(1u, count_of(together, R"("orders":2,"revenue":"15.00","exact":true)")) << together;
  EXPECT_EQ(1u, count_of(together, R"("consent":[{"purpose":"ads","granted":true)")) << together;
  EXPECT_EQ(1u, count_of(together, R"("type":"login","visitor":"laptop")")) << together;
}

// The cart of one, bought on the other; seen on the one, so the person is in both audiences.
TEST_F(IdentityRoutes, AllVisitorsOfAPersonAreReadAsOne) {
  const std::string shoe = R"("items":[{"product":"shoe","price":"9.00"}])";
  put(said("phone", "add_to_cart", "1", R"("user":"u1",)" + shoe));
  put(said("laptop", "view_item", "2", R"("user":"u1",)" + shoe));
  decide();
  const auto one = [this] {
    const std::string body = get("/v1/visitors/u1");
    const size_t begin = body.find(R"("one":)");
    return begin == std::string::npos ? std::string()
                                      : body.substr(begin, body.find(R"("others":)") - begin);
  };
  EXPECT_EQ(1u, count_of(one(), R"("lines":1,"items":1,"value":"9.00")")) << one();
  EXPECT_EQ(1u, count_of(one(), R"("audience":"carted")")) << one();
  EXPECT_EQ(1u, count_of(one(), R"("audience":"viewers")")) << one();
  EXPECT_EQ(1u, count_of(one(), R"("lifetime":{"events":2,)")) << one();
  // Each by themselves is in one of them.
  EXPECT_EQ(2u, count_of(get("/v1/visitors/phone"), R"("audience":"carted","version")"));
  x_rig.clock().advance(minutes(1));
  put(R"({"visitor":"laptop","type":"purchase","event_id":"3","order":"o1","at":)" +
      std::to_string(kNow + 60'000) + "," + shoe + "}");
  EXPECT_EQ(1u, count_of(one(), R"("lines":0,"items":0,)")) << one();
  EXPECT_EQ(1u, count_of(one(), R"("orders":1,)")) << one();
  // Parted again, nothing of it is left.
  ASSERT_EQ(200u, x_client.post("/v1/visitors/laptop/unmerge", "").result_int());
  EXPECT_EQ("", one());
  settle();
  const std::string phone = get("/v1/visitors/phone");
  EXPECT_EQ(1u, count_of(phone, R"("lines":1,"items":1,"value":"9.00")")) << phone;
  EXPECT_EQ(0u, count_of(phone, R"("audience":"viewers")")) << phone;
}

// One visitor speaks for both, in the members, the feed and the explanation.
TEST_F(IdentityRoutes, APersonEntersAudiencesAsOne) {
  const std::string shoe = R"("items":[{"product":"shoe","price":"9.00"}])";
  const auto members = [this](const std::string& audience) {
    return get("/v1/audiences/" + audience + "/members");
  };
  put(said("phone", "add_to_cart", "1", shoe));
  put(said("laptop", "view_item", "2", R"("user":"u1",)" + shoe));
  settle();
  EXPECT_EQ(1u, count_of(members("viewers"), R"("visitor":"laptop")"));
  EXPECT_EQ(1u, count_of(members("carted"), R"("visitor":"phone")"));
  put(said("phone", "login", "3", R"("user":"u1")"));
  settle();
  for (const char* audience : {"viewers", "carted"}) {
    EXPECT_EQ(1u, count_of(members(audience), R"("visitor":"laptop")")) << members(audience);
    EXPECT_EQ(0u, count_of(members(audience), R"("visitor":"phone")")) << members(audience);
  }
  const std::string changes = get("/v1/audiences/carted/changes?after=0");
  EXPECT_EQ(3u, count_of(changes, R"("change":)")) << changes;
  EXPECT_EQ(2u, count_of(changes, R"("reason":"person")")) << changes;
  // Whoever is asked for, the person is explained.
  for (const char* name : {"phone", "laptop"}) {
    const std::string why = get(std::string("/v1/visitors/") + name + "/explain?audience=viewers");
    EXPECT_EQ(1u, count_of(why, R"("inside":true)")) << why;
  }
  ASSERT_EQ(200u, x_client.post("/v1/visitors/phone/unmerge", "").result_int());
  settle();
  EXPECT_EQ(1u, count_of(members("carted"), R"("visitor":"phone")"));
  EXPECT_EQ(0u, count_of(members("carted"), R"("visitor":"laptop")"));
  EXPECT_EQ(0u, count_of(get("/v1/visitors/phone/explain?audience=viewers"), R"("inside":true)"));
}

// Whichever visitor asks, the decision knows the whole person.
TEST_F(IdentityRoutes, ADecisionIsMadeForTheWholePerson) {
  const std::string shoe = R"("items":[{"product":"shoe","price":"9.00"}])";
  const auto known = [this](const std::string& visitor) {
    return x_client.get("/v1/decide?placement=known&n=1&visitor=" + visitor).body();
  };
  put(said("phone", "add_to_cart", "1", shoe));
  put(said("laptop", "view_item", "2", R"("user":"u1",)" + shoe));
  decide();
  EXPECT_EQ(1u, count_of(known("phone"), "1 events, 1 in the cart, 1 audiences"));
  EXPECT_EQ(1u, count_of(known("laptop"), "1 events, 0 in the cart, 1 audiences"));
  put(said("phone", "login", "3", R"("user":"u1")"));
  decide();
  EXPECT_EQ(1u, count_of(known("phone"), "3 events, 1 in the cart, 2 audiences"));
  EXPECT_EQ(1u, count_of(known("phone"), R"(for \"phone\")"));
  EXPECT_EQ(1u, count_of(known("laptop"), "3 events, 1 in the cart, 2 audiences"));
  EXPECT_EQ(1u, count_of(known("laptop"), R"(for \"laptop\")"));
  const auto page = x_client.post(
      "/v1/decide", R"({"visitor":"laptop","placements":[{"name":"known"},{"name":"known"}]})");
  EXPECT_EQ(2u, count_of(page.body(), R"("placement":"known")")) << page.body();
  EXPECT_EQ(count_of(page.body(), "for "), count_of(page.body(), "3 events, 1 in the cart"));
  // Of the events that come with it the decision knows, too.
  const auto bought = x_client.post(
      "/v1/decide", R"({"visitor":"laptop","placement":"known","n":1,"events":[)" +
                        said("laptop", "purchase", "4", R"("order":"o1",)" + shoe) + "]}");
  EXPECT_EQ(1u, count_of(bought.body(), "4 events, 0 in the cart")) << bought.body();
  ASSERT_EQ(200u, x_client.post("/v1/visitors/laptop/unmerge", "").result_int());
  EXPECT_EQ(1u, count_of(known("phone"), "2 events, 1 in the cart, 1 audiences"));
  EXPECT_EQ(1u, count_of(known("laptop"), "2 events, 0 in the cart, 1 audiences"));
}

TEST_F(IdentityRoutes, WhoIsLinkedWithNobodyIsNoPerson) {
  put(said("alone", "page_view", "1", R"("url":"/")"));
  decide();
  const std::string body = get("/v1/visitors/alone");
  EXPECT_EQ(0u, count_of(body, "\"person\"")) << body;
  EXPECT_EQ(404u, x_client.get("/v1/visitors/nobody@shop.example").result_int());
}

TEST_F(IdentityRoutes, TheJournalTellsWhyAndALinkIsTakenBack) {
  put_ann();
  std::string journal = get("/v1/identity/decisions");
  EXPECT_EQ(4u, count_of(journal, "\"decision\":")) << journal;
  EXPECT_EQ(1u, count_of(get("/v1/identity/decisions?after=1&limit=1"), R"("after":2)"));
  EXPECT_EQ(0u, count_of(journal, "ann@")) << journal;
  const auto unmerged = x_client.post("/v1/visitors/laptop/unmerge", "");
  EXPECT_EQ(200u, unmerged.result_int()) << unmerged.body();
  EXPECT_EQ("{\"links\":1}\n", unmerged.body());
  EXPECT_EQ(0u, count_of(get("/v1/visitors/u1"), "laptop"));
  EXPECT_EQ("laptop", text_of(get("/v1/visitors/device-1"), "visitor"));
  journal = get("/v1/identity/decisions");
  EXPECT_EQ(1u, count_of(journal, R"("kind":"unmerge","reason":"asked")")) << journal;
  EXPECT_EQ(404u, x_client.post("/v1/visitors/laptop/unmerge", "").result_int());
  EXPECT_EQ(404u, x_client.post("/v1/identity/decisions/x/unmerge", "").result_int());
  EXPECT_EQ(200u, x_client.post("/v1/identity/decisions/1/unmerge", "").result_int());
}

TEST_F(IdentityRoutes, APersonIsErasedWithAllTheirVisitors) {
  put_ann();
  put(said("bob", "identify", "9", R"("user":"u2")"));
  x_client.send("DELETE /v1/visitors/ann%40shop.example HTTP/1.1\r\nHost: t\r\n\r\n");
  const auto erased = x_client.read();
  ASSERT_EQ(202u, erased.result_int()) << erased.body();
  EXPECT_EQ(1u, count_of(erased.body(), R"({"visitor":"phone","receipt":)")) << erased.body();
  EXPECT_EQ(1u, count_of(erased.body(), R"({"visitor":"laptop","receipt":)")) << erased.body();
  EXPECT_EQ(0u, count_of(erased.body(), "bob"));
  for (const char* id : {"phone", "laptop", "u1", "device-1", "ann@shop.example"}) {
    EXPECT_EQ(404u, x_client.get(std::string("/v1/visitors/") + id).result_int()) << id;
  }
  EXPECT_EQ("bob", text_of(get("/v1/visitors/u2"), "visitor"));
  const std::string journal = get("/v1/identity/decisions");
  EXPECT_EQ(4u, count_of(journal, R"("erased":true)")) << journal;
}

TEST_F(IdentityRoutes, TheExportHasAllThatIsKeptOfEach) {
  put_ann();
  const std::string body = get("/v1/visitors/u1/export");
  EXPECT_EQ(2u, count_of(body, R"("event_ids":[)")) << body;
  const std::string metrics = get("/metrics");
  EXPECT_EQ(1u, count_of(metrics, R"(rekindle_identity_decisions_total{kind="link"} 4)"));
  EXPECT_EQ(1u, count_of(metrics, "\nrekindle_identity_persons 1\n"));
}

}  // namespace
}  // namespace rekindle::testing
