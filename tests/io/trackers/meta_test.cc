#include "tests/io/trackers/tracker_fixture.h"

namespace rekindle::io {
namespace {

class MetaTest : public TrackerFixture {
 protected:
  MetaTest() : TrackerFixture("meta") {}
};

TEST_F(MetaTest, ReadsThePixel) {
  get({"/tr",
       "id=123&ev=Purchase&eid=e1&dl=https%3A%2F%2Fshop.example%2F&rl=https%3A%2F%2Fr%2F"
       "&ts=1699999995000&fbp=fb.1.1.2&cd%5Bvalue%5D=30.50&cd%5Bcurrency%5D=EUR&cd%5Border_id%5D=T1"
       "&cd%5Bcontents%5D=%5B%7B%22id%22%3A%22a%22%2C%22quantity%22%3A2%2C%22item_price%22%3A15.25%"
       "7D%5D"
       "&cd%5Bcontent_category%5D=shoes&ud%5Bexternal_id%5D=x1"});
  ASSERT_EQ(rejection(), "taken");
  const Event event = only_event();
  EXPECT_EQ(event.type, EventType::kPurchase);
  EXPECT_EQ(event.visitor_name, "fb.1.1.2");
  EXPECT_EQ(event.user, "x1");
  EXPECT_EQ(event.event_id, name_hash("Purchase:e1"));
  EXPECT_EQ(event.at.ms, 1'699'999'995'000);
  EXPECT_EQ(event.value, 3050);
  EXPECT_EQ(event.order, "T1");
  ASSERT_EQ(event.items.size(), 1u);
  EXPECT_EQ(event.items[0].product, "a");
  EXPECT_EQ(event.items[0].category, "shoes");
  EXPECT_EQ(event.items[0].price, 1525);
  EXPECT_EQ(event.items[0].quantity, 2u);
  EXPECT_EQ(response().content_type, "image/gif");
}

TEST_F(MetaTest, ReadsIdsAndWords) {
  for (const std::string_view ids : {"a%2Cb", "%5B%22a%22%2C%22b%22%5D"}) {
    const std::string query = "id=1&ev=AddToCart&fbp=f&cd[content_ids]=" + std::string(ids);
    get({"/tr", query});
    ASSERT_EQ(only_event().items.size(), 2u) << ids;
    EXPECT_EQ(only_event().items[1].product, "b");
  }
  const std::pair<std::string_view, EventType> cases[] = {
      {"PageView", EventType::kPageView},
      {"ViewContent", EventType::kViewItem},
      {"Search", EventType::kSearch},
      {"InitiateCheckout", EventType::kBeginCheckout},
      {"Lead", custom_type("Lead")},
      {"CompleteRegistration", EventType::kSignUp},
      {"AddPaymentInfo", EventType::kAddPaymentInfo}};
  for (const auto& [name, type] : cases) {
    get({"/tr", std::string("id=1&fbp=f&ev=").append(name)});
    EXPECT_EQ(only_event().type, type) << name;
  }
}

TEST_F(MetaTest, ReadsAMultipartForm) {
  post({"/tr"},
       "------WebKit\r\nContent-Disposition: form-data; "
       "name=\"ev\"\r\n\r\nPageView\r\n------WebKit\r\n"
       "Content-Disposition: form-data; name=\"fbp\"\r\n\r\nf--1\r\n------WebKit--\r\n");
  EXPECT_EQ(only_event().type, EventType::kPageView);
  EXPECT_EQ(only_event().visitor_name, "f--1");
}

// As facebook-nodejs-business-sdk sends it.
TEST_F(MetaTest, ReadsTheConversionsApi) {
  config.tracker_keys = {{"123", "other"}};
  post({"/v24.0/123/events", "access_token=T"}, R"({"data":[{"event_name":"Purchase",
    "event_time":1699999990,"event_id":"e1","event_source_url":"https://shop.example/",
    "action_source":"website","user_data":{"em":["62a1"],"external_id":["x1"],"fbp":"fb.1.1.2"},
    "custom_data":{"value":300,"currency":"JPY","order_id":"T1","content_type":"product",
      "contents":[{"id":"a","quantity":2,"item_price":150}]}},
    {"event_name":"Lead","event_time":1699999991,"user_data":{"em":["62a1"]}}],
    "access_token":"T"})");
  ASSERT_EQ(rejection(), "taken");
  std::vector<Event> all = events();
  ASSERT_EQ(all.size(), 2u);
  const bool first = all[0].type == EventType::kPurchase;
  const Event& order = all[first ? 0 : 1];
  EXPECT_EQ(order.site, site_id("other"));
  EXPECT_EQ(order.visitor_name, "fb.1.1.2");
  EXPECT_EQ(order.event_id, name_hash("Purchase:e1"));
  EXPECT_EQ(order.value, 300);
  EXPECT_EQ(order.at.ms, 1'699'999'990'000);
  EXPECT_EQ(order.items[0].product, "a");
  EXPECT_EQ(order.items[0].price, 150);
  EXPECT_EQ(all[first ? 1 : 0].visitor_name, "62a1");
  EXPECT_EQ(response().body, "{\"events_received\":2,\"messages\":[],\"fbtrace_id\":\"\"}\n");
}

TEST_F(MetaTest, KnowsItsPaths) {
  for (const std::string_view path : {"/tr", "/v1.0/1/events", "/v24/abc/events"}) {
    EXPECT_TRUE(tracker.serves(path)) << path;
  }
  for (const std::string_view path : {"/v1/events", "/v24.0//events", "/v24.0/1/2/events",
                                      "/v24.0/1/users", "/vx/1/events", "/v", "/v1/track"}) {
    EXPECT_FALSE(tracker.serves(path)) << path;
  }
}

TEST_F(MetaTest, OneBadEventSpoilsNoOther) {
  post({"/v24.0/1/events"}, R"({"data":[5,{"event_name":"Lead"},
    {"event_name":"Purchase","user_data":{"fbp":"f"},"custom_data":{"contents":[2]}},
    {"event_name":"Lead","user_data":{"fbp":"ok"}}]})");
  EXPECT_EQ(only_event().visitor_name, "ok");
  EXPECT_EQ(codes(),
            (std::vector{ErrorCode::kWrongType, ErrorCode::kMissingField, ErrorCode::kWrongType}));
  get({"/tr", "ev=Purchase&fbp=f&cd[contents]=%5B"});
  EXPECT_EQ(codes(), std::vector{ErrorCode::kMalformedJson});
}

}  // namespace
}  // namespace rekindle::io
