#include "tests/io/trackers/tracker_fixture.h"

namespace rekindle::io {
namespace {

class MatomoTest : public TrackerFixture {
 protected:
  MatomoTest() : TrackerFixture("matomo") {}
};

TEST_F(MatomoTest, ReadsAPageView) {
  get({"/matomo.php",
       "idsite=1&rec=1&_id=0123456789abcdef&uid=u-1&url=https%3A%2F%2Fshop.example%2F"
       "&urlref=https%3A%2F%2Fr%2F&action_name=Home&rand=123&cdt=2023-11-14+22%3A13%3A10"});
  ASSERT_EQ(rejection(), "taken");
  const Event event = only_event();
  EXPECT_EQ(event.type, EventType::kPageView);
  EXPECT_EQ(event.visitor_name, "0123456789abcdef");
  EXPECT_EQ(event.user, "u-1");
  EXPECT_EQ(event.url, "https://shop.example/");
  EXPECT_EQ(event.referrer, "https://r/");
  EXPECT_EQ(event.at.ms, kReceived.ms - 10'000);
  EXPECT_NE(event.event_id, kNoName);
  EXPECT_EQ(response().content_type, "image/gif");
  get({"/piwik.php", "idsite=1&cid=forced&_id=a&send_image=0"});
  EXPECT_EQ(only_event().visitor_name, "forced");
  EXPECT_EQ(only_event().event_id, kNoName);
  EXPECT_EQ(response().status, 204);
}

TEST_F(MatomoTest, ReadsAForm) {
  post({"/matomo.php"}, "idsite=1&rec=1&_id=a&e_c=video&e_a=play&e_n=intro&e_v=3");
  EXPECT_EQ(only_event().type, custom_type("video/play"));
  EXPECT_EQ(only_event().props, R"({"name":"intro","value":"3"})");
  post(
      {"/matomo.php"},
      "--x\r\nContent-Disposition: form-data; name=\"_id\"\r\n\r\na\r\n--x\r\nContent-Disposition: "
      "form-data; name=\"search\"\r\n\r\nred shoes\r\n--x--\r\n");
  EXPECT_EQ(only_event().type, EventType::kSearch);
  EXPECT_EQ(only_event().query, "red shoes");
}

TEST_F(MatomoTest, ReadsKinds) {
  const std::pair<std::string_view, EventType> cases[] = {
      {"search=", EventType::kSearch},
      {"_pks=p&_pkn=P&_pkc=shoes&_pkp=9.5", EventType::kViewItem},
      {"_pkc=%5B%22shoes%22%2C%22sale%22%5D", EventType::kViewItemList},
      {"link=https%3A%2F%2Fa%2F", custom_type("outlink")},
      {"download=https%3A%2F%2Fa%2Fb", custom_type("download")},
      {"c_n=banner&c_p=x", custom_type("view_promotion")},
      {"c_n=banner&c_i=click", custom_type("select_promotion")},
      {"idgoal=7&revenue=2", custom_type("goal_7")},
      {"ping=1", custom_type("page_ping")}};
  for (const auto& [query, type] : cases) {
    const std::string whole = "idsite=1&rec=1&_id=a&" + std::string(query);
    get({"/matomo.php", whole});
    EXPECT_EQ(rejection(), "taken") << query;
    EXPECT_EQ(only_event().type, type) << query;
  }
  get({"/matomo.php", "_id=a&_pks=p&_pkc=%5B%22shoes%22%2C%22sale%22%5D&_pkp=9.5"});
  EXPECT_EQ(only_event().items[0].product, "p");
  EXPECT_EQ(only_event().items[0].category, "shoes");
  EXPECT_EQ(only_event().items[0].price, 950);
}

TEST_F(MatomoTest, ReadsAnOrder) {
  get({"/matomo.php",
       "_id=a&idgoal=0&ec_id=1001&revenue=21.5&ec_items=%5B%5B%22sku%22%2C%22Name%22%2C%5B%22c1%22%"
       "2C"
       "%22c2%22%5D%2C10.75%2C2%5D%2C%5B%22s2%22%5D%5D"});
  ASSERT_EQ(rejection(), "taken");
  const Event event = only_event();
  EXPECT_EQ(event.type, EventType::kPurchase);
  EXPECT_EQ(event.order, "1001");
  EXPECT_EQ(event.value, 2150);
  ASSERT_EQ(event.items.size(), 2u);
  EXPECT_EQ(event.items[0].product, "sku");
  EXPECT_EQ(event.items[0].category, "c1");
  EXPECT_EQ(event.items[0].price, 1075);
  EXPECT_EQ(event.items[0].quantity, 2u);
  EXPECT_EQ(event.items[1].product, "s2");
}

TEST_F(MatomoTest, ACartIsTwoEvents) {
  get({"/matomo.php",
       "_id=a&rand=1&idgoal=0&revenue=20&ec_items=%5B%5B%22sku%22%2C%22N%22%2C%22c%22%2C10%2C2%5D%"
       "5D"});
  std::vector<Event> all = events();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].type, EventType::kCartAtLeast);
  EXPECT_EQ(all[1].type, EventType::kCartAtMost);
  EXPECT_EQ(all[0].items[0].product, "sku");
  EXPECT_EQ(all[1].items[0].quantity, 2u);
  EXPECT_NE(all[0].event_id, all[1].event_id);
  EXPECT_EQ(inputs, 1u);
  get({"/matomo.php", "_id=a&idgoal=0&revenue=0&ec_items=%5B%5D"});
  ASSERT_EQ(events().size(), 2u);
  EXPECT_TRUE(events()[1].items.empty());
  get({"/matomo.php", "_id=a&idgoal=0&ec_items=%5B%5B%22s%22%2C1%2C2%2C%22x%22%2C1%5D%5D"});
  EXPECT_EQ(rejection(), "invalid_money items.price");
  EXPECT_TRUE(events().empty());
  EXPECT_EQ(intake.seen(), 1u);
}

TEST_F(MatomoTest, ReadsBulk) {
  post(
      {"/matomo.php"},
      R"({"requests":["?idsite=1&rec=1&_id=a&url=https%3A%2F%2Fx%2F","idsite=1&_id=b","?idsite=1",7],)"
      R"("token_auth":"secret"})");
  EXPECT_EQ(events().size(), 2u);
  EXPECT_EQ(response().body,
            R"({"status":"success","tracked":2,"invalid":2,"invalid_indices":[2,3]})");
  EXPECT_EQ(response().content_type, "application/json");
  post({"/matomo.php"}, R"({"requests":)");
  EXPECT_TRUE(unreadable);
  post({"/matomo.php"}, "{}");
  EXPECT_EQ(rejection(), "missing_field requests");
}

TEST_F(MatomoTest, TokensAreNotKept) {
  get({"/matomo.php", "idsite=1&token_auth=secret&rec=1&token_auth=again"});
  EXPECT_EQ(rejection(), "missing_field visitor");
  EXPECT_EQ(quarantine()[0].raw, "idsite=1&rec=1");
  EXPECT_EQ(quarantine()[0].source, "matomo/1");
}

}  // namespace
}  // namespace rekindle::io
