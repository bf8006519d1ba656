#include "tests/io/trackers/tracker_fixture.h"

namespace rekindle::io {
namespace {

class SegmentTest : public TrackerFixture {
 protected:
  SegmentTest() : TrackerFixture("segment") {}
};

// As @segment/analytics-node sends it.
constexpr std::string_view kBatch = R"({"batch":[
  {"userId":"u-17","anonymousId":"a-1","event":"Order Completed","type":"track",
   "properties":{"order_id":"1001","revenue":79.95,"total":84.9,"currency":"USD","coupon":"SAVE10",
     "products":[{"product_id":"sku-1","category":"shoes","brand":"acme","price":39.975,"quantity":2},
                 {"sku":"sku-2","price":"5"}]},
   "context":{"library":{"name":"@segment/analytics-node","version":"3.1.0"},
     "page":{"url":"https://shop.example/thanks","referrer":"https://shop.example/checkout"},
     "campaign":{"source":"news","medium":"mail","name":"autumn"},
     "consent":{"categoryPreferences":{"ads":true}}},
   "timestamp":"2023-11-14T22:13:10.000Z","messageId":"node-next-1","integrations":{}},
  {"type":"identify","userId":"u-17","anonymousId":"a-1","traits":{"email":"ann@shop.example","age":7},
   "timestamp":"2023-11-14T22:13:11.000Z","messageId":"node-next-2"}],
  "writeKey":"wk","sentAt":"2023-11-14T22:13:15.000Z"})";

TEST_F(SegmentTest, ReadsABatch) {
  post({"/v1/batch"}, kBatch);
  EXPECT_EQ(rejection(), "taken");
  EXPECT_EQ(inputs, 2u);
  std::vector<Event> all = events();
  ASSERT_EQ(all.size(), 2u);
  const bool first = all[0].type == EventType::kPurchase;
  const Event& order = all[first ? 0 : 1];
  EXPECT_EQ(order.type, EventType::kPurchase);
  EXPECT_EQ(order.visitor_name, "a-1");
  EXPECT_EQ(order.user, "u-17");
  EXPECT_EQ(order.event_id, name_hash("node-next-1"));
  EXPECT_EQ(order.order, "1001");
  EXPECT_EQ(order.coupon, "SAVE10");
  EXPECT_EQ(order.value, 7196);  // 79.95 USD at 0.9
  EXPECT_EQ(order.at.ms, kReceived.ms - 5'000);
  EXPECT_EQ(order.url, "https://shop.example/thanks");
  EXPECT_EQ(order.referrer, "https://shop.example/checkout");
  EXPECT_EQ(order.campaign_source, "news");
  EXPECT_EQ(order.campaign_medium, "mail");
  EXPECT_EQ(order.campaign_name, "autumn");
  EXPECT_EQ(order.consent, R"({"ads":true})");
  ASSERT_EQ(order.items.size(), 2u);
  EXPECT_EQ(order.items[0].product, "sku-1");
  EXPECT_EQ(order.items[0].category, "shoes");
  EXPECT_EQ(order.items[0].brand, "acme");
  EXPECT_EQ(order.items[0].quantity, 2u);
  EXPECT_EQ(order.items[0].price, 3598);  // 39.98 USD
  EXPECT_EQ(order.items[1].product, "sku-2");
  const Event& identify = all[first ? 1 : 0];
  EXPECT_EQ(identify.type, EventType::kIdentify);
  EXPECT_EQ(identify.props, R"({"email":"ann@shop.example","age":7})");
  EXPECT_EQ(response().body, "{\"success\":true}\n");
}

TEST_F(SegmentTest, AnAppsDeviceIsToldBesideTheTraits) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {R"("traits":{"age":7},"context":{"device":{"id":"d-1","type":"ios","advertisingId":"A"}})",
       R"({"age":7,"device_id":"d-1","idfa":"A"})"},
      {R"("traits":{ },"context":{"device":{"advertisingId":"A","type":"android"}})",
       R"({"gaid":"A"})"},
      {R"("context":{"device":{"id":"d-1"}})", R"({"device_id":"d-1"})"},
      {R"("traits":{"age":7},"context":{"device":{"id":null,"model":"x"}})", R"({"age":7})"}};
  for (const auto& [said, props] : cases) {
    post({"/v1/i"}, R"({"anonymousId":"a","userId":"u",)" + std::string(said) + "}");
    EXPECT_EQ(rejection(), "taken") << said;
    const std::vector<Event> all = events();
    ASSERT_FALSE(all.empty());
    EXPECT_EQ(all.back().props, props) << said;
  }
}

TEST_F(SegmentTest, TakesTheTypeFromThePath) {
  struct Case {
    std::string_view path;
    std::string_view body;
    EventType type;
  };
  const Case cases[] = {
      {"/v1/t", R"({"anonymousId":"a","event":"Product Viewed","properties":{"product_id":1}})",
       EventType::kViewItem},
      {"/v1/track", R"({"anonymousId":"a","event":"added product"})", EventType::kAddToCart},
      {"/v1/p", R"({"anonymousId":"a","properties":{"url":"https://x/"}})", EventType::kPageView},
      {"/v1/s", R"({"anonymousId":"a","name":"Home"})", EventType::kPageView},
      {"/v1/i", R"({"anonymousId":"a","userId":"u"})", EventType::kIdentify},
      {"/v1/g", R"({"anonymousId":"a","groupId":"g"})", custom_type("group")},
      {"/v1/a", R"({"previousId":"a","userId":"u"})", EventType::kAlias},
      {"/api/s/track", R"({"anonymousId":"a","event":"quiz"})", custom_type("quiz")},
      {"/api/s/s2s/page", R"({"anonymousId":"a"})", EventType::kPageView},
      {"/api/s/event", R"({"anonymousId":"a","type":"page"})", EventType::kPageView}};
  for (const Case& one : cases) {
    post({one.path}, one.body);
    EXPECT_EQ(rejection(), "taken") << one.path;
    EXPECT_EQ(only_event().type, one.type) << one.path;
    EXPECT_EQ(only_event().visitor_name, "a") << one.path;
  }
}

TEST_F(SegmentTest, KnowsTheCommerceWords) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"Products Searched", "search"},        {"Product List Viewed", "view_item_list"},
      {"product_clicked", "select_item"},     {"Product Removed", "remove_from_cart"},
      {"Cart Viewed", "view_cart"},           {"Product Added to Wishlist", "add_to_wishlist"},
      {"Checkout Started", "begin_checkout"}, {"Payment Info Entered", "add_payment_info"},
      {"Order Refunded", "refund"},           {"view_item", "view_item"}};
  for (const auto& [name, type] : cases) {
    post({"/v1/track"}, std::string(R"({"anonymousId":"a","event":")").append(name).append("\"}"));
    EXPECT_EQ(only_event().type, *parse_event_type(type)) << name;
  }
}

TEST_F(SegmentTest, CorrectsTheClock) {
  post({"/v1/t"}, R"({"anonymousId":"a","event":"e","timestamp":"2020-01-01T00:00:00Z",
       "sentAt":"2020-01-01T00:00:07Z"})");
  EXPECT_EQ(only_event().at.ms, kReceived.ms - 7'000);
  // RudderStack's clients say when it was called too; what the caller said counts.
  post({"/v1/t"}, R"({"anonymousId":"a","event":"e","originalTimestamp":"2020-01-01T01:00:00Z",
       "timestamp":"2020-01-01T00:00:00Z","sentAt":"2020-01-01T01:00:00Z"})");
  EXPECT_EQ(only_event().at.ms, kReceived.ms - 3'600'000);
}

TEST_F(SegmentTest, FindsTheKeyWhereverItIs) {
  config.tracker_keys = {{"key-2", "other"}, {"id", "other"}};
  constexpr std::string_view kBody = R"({"anonymousId":"a","event":"e"})";
  post({"/v1/t"}, R"({"anonymousId":"a","event":"e","writeKey":"key-2"})");
  EXPECT_EQ(only_event().site, site_id("other"));
  post({.path = "/v1/t", .query = "writeKey=key-2"}, kBody);
  EXPECT_EQ(only_event().site, site_id("other"));
  post({.path = "/v1/t", .authorization = "Basic a2V5LTI6"}, kBody);
  EXPECT_EQ(only_event().site, site_id("other"));
  post({.path = "/v1/t", .authorization = "Bearer key-2"}, kBody);
  EXPECT_EQ(only_event().site, site_id("other"));
  post({.path = "/api/s/track", .write_key = "id:secret"}, kBody);
  EXPECT_EQ(only_event().site, site_id("other"));
  post({.path = "/v1/t", .write_key = "shop"}, kBody);
  EXPECT_EQ(only_event().site, site_id("shop"));
  post({.path = "/v1/t", .write_key = "nobody's"}, kBody);
  EXPECT_EQ(rejection(), "unknown_site nobody's");
  EXPECT_EQ(quarantine()[0].source, "segment/nobody's");
  post({"/v1/t"}, kBody);
  EXPECT_EQ(only_event().site, site_id("shop"));
}

TEST_F(SegmentTest, ReadsPixels) {
  // {"writeKey":"wk","anonymousId":"a","event":"Product Viewed","properties":{"product_id":"p"}}
  get({.path = "/v1/pixel/track",
       .query =
           "data=eyJ3cml0ZUtleSI6IndrIiwiYW5vbnltb3VzSWQiOiJhIiwiZXZlbnQiOiJQcm9kdWN0IFZpZXdlZCIs"
           "InByb3BlcnRpZXMiOnsicHJvZHVjdF9pZCI6InAifX0"});
  EXPECT_EQ(only_event().type, EventType::kViewItem);
  EXPECT_EQ(only_event().items[0].product, "p");
  EXPECT_EQ(response().content_type, "image/gif");
  EXPECT_EQ(response().body.size(), 43u);
  get({.path = "/pixel/v1/track",
       .query = "anonymousId=a&event=Order+Completed&properties.order_id=7&properties.revenue=1.5"
                "&context.page.url=https%3A%2F%2Fx%2F%22"});
  EXPECT_EQ(rejection(), "taken");
  EXPECT_EQ(only_event().order, "7");
  EXPECT_EQ(only_event().value, 150);
  EXPECT_EQ(only_event().url, "https://x/\"");
}

TEST_F(SegmentTest, MergesTheBatchesContext) {
  post({"/v1/b"}, R"({"batch":[{"type":"page","anonymousId":"a"}],
       "context":{"campaign":{"source":"s"}},"writeKey":"k"})");
  EXPECT_EQ(only_event().campaign_source, "s");
}

TEST_F(SegmentTest, OneBadEventSpoilsNoOther) {
  post({"/v1/batch"}, R"({"batch":[7,{"type":"track","anonymousId":"a"},
       {"type":"track","anonymousId":"a","event":"e","properties":{"revenue":"lots"}},
       {"type":"track","anonymousId":"\ud800","event":"e"},
       {"type":"track","event":"e"},
       {"type":"track","anonymousId":{},"event":"e"},
       {"type":"track","anonymousId":"a","event":"e","timestamp":"yesterday"},
       {"type":"track","anonymousId":"a","event":"e","properties":{"products":[3]}},
       {"type":"track","anonymousId":"a","event":"e","properties":{"sku":"s","price":1e999}},
       {"type":"track","anonymousId":"ok","event":"e"}]})");
  EXPECT_EQ(only_event().visitor_name, "ok");
  EXPECT_EQ(
      codes(),
      (std::vector{ErrorCode::kWrongType, ErrorCode::kMissingField, ErrorCode::kInvalidMoney,
                   ErrorCode::kInvalidUtf8, ErrorCode::kMissingField, ErrorCode::kWrongType,
                   ErrorCode::kInvalidTime, ErrorCode::kWrongType, ErrorCode::kInvalidMoney}));
  EXPECT_FALSE(unreadable);
  EXPECT_EQ(quarantine()[1].raw, R"({"type":"track","anonymousId":"a"})");
}

TEST_F(SegmentTest, AnUnreadableBodyIsKept) {
  post({"/v1/batch"}, R"({"batch":[{"type":"page","anonymousId":"a"},)");
  EXPECT_TRUE(unreadable);
  EXPECT_TRUE(events().empty());
  ASSERT_EQ(quarantine().size(), 1u);
  EXPECT_EQ(quarantine()[0].reason, "malformed_json");
}

TEST_F(SegmentTest, WhatWasRejectedCanBeReplayed) {
  config.tracker_keys = {{"k", "other"}};
  post({.path = "", .write_key = "k"},
       R"({"type":"track","anonymousId":"a","event":"Order Completed","properties":{"total":2}})");
  EXPECT_EQ(only_event().type, EventType::kPurchase);
  EXPECT_EQ(only_event().site, site_id("other"));
}

TEST_F(SegmentTest, LargePropertiesAreLeftOut) {
  const std::string large(5'000, 'x');
  post({"/v1/t"}, R"({"anonymousId":"a","event":"e","properties":{"x":")" + large + "\"}}");
  EXPECT_EQ(only_event().props, "");
  EXPECT_EQ(counters.truncated, 1u);
  post({"/v1/i"}, R"({"anonymousId":"a","traits":{"x":")" + large + "\"}}");
  EXPECT_EQ(rejection(), "string_too_long props");
}

}  // namespace
}  // namespace rekindle::io
