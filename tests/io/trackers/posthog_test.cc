#include "tests/io/trackers/tracker_fixture.h"

namespace rekindle::io {
namespace {

class PostHogTest : public TrackerFixture {
 protected:
  PostHogTest() : TrackerFixture("posthog") {}
};

TEST_F(PostHogTest, ReadsABatch) {
  post({"/batch"}, R"({"api_key":"phc","batch":[
    {"event":"Order Completed","distinct_id":"u-1","uuid":"e1","timestamp":"2023-11-14T22:13:10.000Z",
     "properties":{"order_id":"7","revenue":12.5,"currency":"EUR","products":[{"product_id":"p"}]}},
    {"event":"$pageview","properties":{"distinct_id":"d","$device_id":"dev","$user_id":"u",
     "$current_url":"https://x/?utm_source=s","$referrer":"$direct"},"uuid":"e2"}],
    "sent_at":"2023-11-14T22:13:15.000Z"})");
  ASSERT_EQ(rejection(), "taken");
  std::vector<Event> all = events();
  ASSERT_EQ(all.size(), 2u);
  const bool first = all[0].type == EventType::kPurchase;
  const Event& order = all[first ? 0 : 1];
  EXPECT_EQ(order.type, EventType::kPurchase);
  EXPECT_EQ(order.visitor_name, "u-1");
  EXPECT_EQ(order.event_id, name_hash("e1"));
  EXPECT_EQ(order.at.ms, kReceived.ms - 5'000);
  EXPECT_EQ(order.value, 1250);
  EXPECT_EQ(order.items[0].product, "p");
  const Event& view = all[first ? 1 : 0];
  EXPECT_EQ(view.type, EventType::kPageView);
  EXPECT_EQ(view.visitor_name, "dev");
  EXPECT_EQ(view.user, "u");
  EXPECT_EQ(view.campaign_source, "s");
  EXPECT_EQ(view.referrer, "");
  EXPECT_EQ(response().body, "{\"status\":\"Ok\"}\n");
}

TEST_F(PostHogTest, ReadsOneEventAndForms) {
  post({"/i/v0/e"}, R"({"event":"$identify","properties":{"distinct_id":"u","$anon_distinct_id":"a",
       "token":"phc","$set":{"email":"ann@shop.example"}}})");
  EXPECT_EQ(only_event().type, EventType::kIdentify);
  EXPECT_EQ(only_event().visitor_name, "a");
  EXPECT_EQ(only_event().user, "u");
  EXPECT_EQ(only_event().props, R"({"email":"ann@shop.example"})");
  // [{"event":"quiz","properties":{"distinct_id":"d"}}]
  post({"/e"},
       "data=W3siZXZlbnQiOiJxdWl6IiwicHJvcGVydGllcyI6eyJkaXN0aW5jdF9pZCI6ImQifX1d&compression="
       "base64");
  EXPECT_EQ(only_event().type, custom_type("quiz"));
  EXPECT_EQ(only_event().visitor_name, "d");
  post({"/capture"}, R"({"event":"$create_alias","distinct_id":"u",
       "properties":{"distinct_id":"u","alias":"a"}})");
  EXPECT_EQ(only_event().type, EventType::kAlias);
  EXPECT_EQ(only_event().visitor_name, "a");
  EXPECT_EQ(only_event().user, "u");
}

TEST_F(PostHogTest, HasNoFlags) {
  post({"/flags", "v=2"}, R"({"distinct_id":"d"})");
  EXPECT_TRUE(events().empty());
  EXPECT_EQ(intake.seen(), 0u);
  EXPECT_NE(response().body.find("\"featureFlags\":{}"), std::string::npos);
  get({"/array/phc/config"});
  EXPECT_NE(response().body.find("\"hasFeatureFlags\":false"), std::string::npos);
}

TEST_F(PostHogTest, OneBadEventSpoilsNoOther) {
  post({"/batch"},
       R"({"batch":[1,{"event":"e"},{"distinct_id":"d"},{"event":"e","distinct_id":"ok"}]})");
  EXPECT_EQ(only_event().visitor_name, "ok");
  EXPECT_EQ(codes(), (std::vector{ErrorCode::kWrongType, ErrorCode::kMissingField,
                                  ErrorCode::kMissingField}));
  post({"/batch"}, "{\"batch\"");
  EXPECT_TRUE(unreadable);
}

}  // namespace
}  // namespace rekindle::io
