#include "tests/io/trackers/tracker_fixture.h"

namespace rekindle::io {
namespace {

constexpr std::string_view kTp2 = "/com.snowplowanalytics.snowplow/tp2";

class SnowplowTest : public TrackerFixture {
 protected:
  SnowplowTest() : TrackerFixture("snowplow") {}
  static std::string payload(const std::string& events) {
    return R"({"schema":"iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4",)"
           R"("data":[)" +
           events + "]}";
  }
};

TEST_F(SnowplowTest, ReadsAPageViewFromAQuery) {
  get({"/i",
       "e=pv&eid=11111111-1111-4111-8111-111111111111&aid=app&p=web&duid=d-1&uid=u-1"
       "&dtm=1699999990000&stm=1699999995000&url=https%3A%2F%2Fshop.example%2F%3Futm_source%3Dnews"
       "%26utm_medium%3Dmail%26utm_campaign%3Dautumn%2Bsale&refr=https%3A%2F%2Fr.example%2F&page="
       "T"});
  const Event event = only_event();
  EXPECT_EQ(event.type, EventType::kPageView);
  EXPECT_EQ(event.visitor_name, "d-1");
  EXPECT_EQ(event.user, "u-1");
  EXPECT_EQ(event.event_id, name_hash("11111111-1111-4111-8111-111111111111"));
  EXPECT_EQ(event.at.ms, kReceived.ms - 5'000);
  EXPECT_EQ(event.referrer, "https://r.example/");
  EXPECT_EQ(event.campaign_source, "news");
  EXPECT_EQ(event.campaign_medium, "mail");
  EXPECT_EQ(event.campaign_name, "autumn sale");
  EXPECT_EQ(response().content_type, "image/gif");
  EXPECT_TRUE(headers.empty()) << "it brought its own id";
}

TEST_F(SnowplowTest, ReadsEcommerceEntities) {
  // As browser-plugin-snowplow-ecommerce sends trackTransaction by POST.
  post({kTp2}, payload(R"({"e":"ue","eid":"e1","p":"web","duid":"d","dtm":"1700000000000",
    "stm":"1700000000000",
    "ue_pr":"{\"schema\":\"iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0\",\"data\":{\"schema\":\"iglu:com.snowplowanalytics.snowplow.ecommerce/snowplow_ecommerce_action/jsonschema/1-0-2\",\"data\":{\"type\":\"transaction\"}}}",
    "co":"{\"schema\":\"iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-0\",\"data\":[{\"schema\":\"iglu:com.snowplowanalytics.snowplow.ecommerce/product/jsonschema/1-0-0\",\"data\":{\"id\":\"sku-1\",\"category\":\"shoes\",\"brand\":\"acme\",\"price\":20,\"quantity\":2,\"currency\":\"EUR\"}},{\"schema\":\"iglu:com.snowplowanalytics.snowplow.ecommerce/transaction/jsonschema/1-0-0\",\"data\":{\"transaction_id\":\"T1\",\"revenue\":45.5,\"currency\":\"EUR\",\"payment_method\":\"card\",\"total_quantity\":2,\"discount_code\":\"SAVE\"}}]}"})"));
  ASSERT_EQ(rejection(), "taken");
  const Event event = only_event();
  EXPECT_EQ(event.type, EventType::kPurchase);
  EXPECT_EQ(event.order, "T1");
  EXPECT_EQ(event.value, 4550);
  EXPECT_EQ(event.coupon, "SAVE");
  ASSERT_EQ(event.items.size(), 1u);
  EXPECT_EQ(event.items[0].product, "sku-1");
  EXPECT_EQ(event.items[0].category, "shoes");
  EXPECT_EQ(event.items[0].brand, "acme");
  EXPECT_EQ(event.items[0].price, 2000);
  EXPECT_EQ(event.items[0].quantity, 2u);
  EXPECT_EQ(response().body, "ok");
  EXPECT_EQ(response().content_type, "text/plain");
}

TEST_F(SnowplowTest, ReadsBase64) {
  // {"schema":"iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0",
  //  "data":{"schema":"iglu:com.acme/quiz_done/jsonschema/1-0-0","data":{"score":3}}}
  get({"/i",
       "e=ue&duid=d&ue_px="
       "eyJzY2hlbWEiOiJpZ2x1OmNvbS5zbm93cGxvd2FuYWx5dGljcy5zbm93cGxvdy91bnN0cnVjdF9"
       "ldmVudC9qc29uc2NoZW1hLzEtMC0wIiwiZGF0YSI6eyJzY2hlbWEiOiJpZ2x1OmNvbS5hY21lL3F1aXpfZG9uZS9qc2"
       "9uc"
       "2NoZW1hLzEtMC0wIiwiZGF0YSI6eyJzY29yZSI6M319fQ"});
  EXPECT_EQ(rejection(), "taken");
  EXPECT_EQ(only_event().type, custom_type("quiz_done"));
  EXPECT_EQ(only_event().props, R"({"score":3})");
}

TEST_F(SnowplowTest, JoinsATransactionWithItsItems) {
  post({kTp2}, payload(
                   R"({"e":"tr","eid":"e1","duid":"d","tr_id":"T1","tr_tt":"30","tr_cu":"EUR"},
    {"e":"ti","eid":"e2","duid":"d","ti_id":"T1","ti_sk":"a","ti_ca":"shoes","ti_pr":"10","ti_qu":"2"},
    {"e":"ti","eid":"e3","duid":"d","ti_id":"T1","ti_sk":"b","ti_pr":"10","ti_qu":"1"},
    {"e":"ti","eid":"e4","duid":"d","ti_id":"T0","ti_sk":"c","ti_pr":"1","ti_qu":"1"})"));
  ASSERT_EQ(rejection(), "taken");
  const std::vector<Event> all = events();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].type, EventType::kPurchase);
  EXPECT_EQ(all[0].order, "T1");
  EXPECT_EQ(all[0].value, 3000);
  ASSERT_EQ(all[0].items.size(), 2u);
  EXPECT_EQ(all[0].items[0].product, "a");
  EXPECT_EQ(all[0].items[0].quantity, 2u);
  EXPECT_EQ(all[0].items[1].product, "b");
  EXPECT_EQ(all[1].type, custom_type("transaction_item"));
  EXPECT_EQ(all[1].order, "T0");
}

TEST_F(SnowplowTest, FindsItemsOfAnOrderWhereverTheyStand) {
  post({kTp2}, payload(R"({"e":"ti","eid":"e1","duid":"d","ti_id":"T1","ti_sk":"a","ti_qu":"1"},
    {"e":"tr","eid":"e2","duid":"d","tr_id":"T1","tr_tt":"30","tr_cu":"EUR"},
    {"e":"pv","eid":"e3","duid":"d"},
    {"e":"tr","eid":"e4","duid":"d","tr_id":"T2","tr_tt":"5","tr_cu":"EUR"},
    {"e":"ti","eid":"e5","duid":"d","ti_id":"T2","ti_sk":"c","ti_qu":"1"},
    {"e":"ti","eid":"e6","duid":"d","ti_id":"T1","ti_sk":"b","ti_qu":"4"})"));
  const auto all = events();
  ASSERT_EQ(all.size(), 3u);
  ASSERT_EQ(all[0].items.size(), 2u);
  EXPECT_EQ(all[0].items[0].product, "a");
  EXPECT_EQ(all[0].items[1].quantity, 4u);
  EXPECT_EQ(all[1].type, EventType::kPageView);
  ASSERT_EQ(all[2].items.size(), 1u);
  EXPECT_EQ(all[2].items[0].product, "c");
}

TEST_F(SnowplowTest, QuarantinesAnOrderWithItsItems) {
  post({kTp2}, payload(R"({"e":"tr","duid":"d","tr_id":"T1","tr_tt":"lots"},{"e":"pv","duid":"d"},
    {"e":"ti","duid":"d","ti_id":"T1","ti_sk":"a"})"));
  ASSERT_EQ(quarantine().size(), 1u);
  EXPECT_EQ(quarantine()[0].raw, R"([{"e":"tr","duid":"d","tr_id":"T1","tr_tt":"lots"},)"
                                 R"({"e":"ti","duid":"d","ti_id":"T1","ti_sk":"a"}])");
}

TEST_F(SnowplowTest, ReadsStructuredEvents) {
  get({"/i", "e=se&duid=d&se_ca=ecomm&se_ac=add-to-basket&se_la=sku-1&se_va=12.5"});
  EXPECT_EQ(only_event().type, EventType::kAddToCart);
  EXPECT_EQ(only_event().items[0].product, "sku-1");
  EXPECT_EQ(only_event().value, 1250);
  get({"/i", "e=se&duid=d&se_ca=video&se_ac=play&se_la=intro"});
  EXPECT_EQ(only_event().type, custom_type("video/play"));
  EXPECT_EQ(only_event().props, R"({"label":"intro","property":"","value":""})");
}

TEST_F(SnowplowTest, ATrueTimestampIsNotCorrected) {
  get({"/i", "e=pv&duid=d&ttm=1699999000000&dtm=1&stm=2"});
  EXPECT_EQ(only_event().at.ms, 1'699'999'000'000);
}

TEST_F(SnowplowTest, GivesACookieToWhoHasNoName) {
  get({"/i", "e=pv&aid=app"});
  const std::string name(only_event().visitor_name);
  EXPECT_EQ(name.size(), 36u);
  EXPECT_NE(headers.find("Set-Cookie: sp=" + name + "; Path=/"), std::string::npos);
  get({.path = "/i", .query = "e=pv", .cookie = "a=b; sp=11111111-1111-4111-8111-111111111111"});
  EXPECT_EQ(only_event().visitor_name, "11111111-1111-4111-8111-111111111111");
  get({.path = "/i", .query = "e=pv", .cookie = "sp=x\r\ny"});
  EXPECT_EQ(headers.find("x\r\ny"), std::string::npos);
}

TEST_F(SnowplowTest, AnonymousEventsGetNoCookieAndNoPerson) {
  get({.path = "/i",
       .query = "e=pv&eid=e-1&uid=u&tnuid=n",
       .cookie = "sp=11111111-1111-4111-8111-111111111111",
       .anonymous = true});
  EXPECT_EQ(only_event().visitor_name, "e-1");
  EXPECT_EQ(only_event().user, "");
  EXPECT_TRUE(headers.empty());
  get({.path = "/i", .query = "e=pv&eid=e-1&sid=s-1", .anonymous = true});
  EXPECT_EQ(only_event().visitor_name, "s-1");
}

TEST_F(SnowplowTest, LeadsOnlyWhereItMay) {
  config.redirect_hosts = {"shop.example", ".cdn.example"};
  get({"/r/tp2", "u=https%3A%2F%2Fshop.example%2Fa%3Fb%3D1&duid=d"});
  EXPECT_EQ(response().status, 302);
  EXPECT_NE(headers.find("Location: https://shop.example/a?b=1\r\n"), std::string::npos);
  EXPECT_EQ(only_event().type, custom_type("uri_redirect"));
  get({"/r/tp2", "u=HTTP%3A%2F%2Fa.CDN.example%3A8080&duid=d&e=pv"});
  EXPECT_EQ(response().status, 302);
  for (const std::string_view bad :
       {"", "u=", "u=https%3A%2F%2Fevil.example%2F",
        "u=https%3A%2F%2Fshop.example%40evil.example%2F",
        "u=https%3A%2F%2Fshop.example.evil.example", "u=%2F%2Fshop.example", "u=javascript%3A1",
        "u=https%3A%2F%2Fevil.example%5C%40shop.example",
        "u=https%3A%2F%2Fshop.example%2F%0D%0AX%3A1", "u=https%3A%2F%2Fxcdn.example",
        "u=https%3A%2F%2F"}) {
    get({"/r/tp2", bad});
    EXPECT_EQ(response().status, 400) << bad;
    EXPECT_TRUE(events().empty()) << bad;
    EXPECT_EQ(headers.find("Location"), std::string::npos) << bad;
  }
}

TEST_F(SnowplowTest, OneBadEventSpoilsNoOther) {
  post({kTp2}, payload(R"({"e":"ue","duid":"d","ue_pr":"{"},7,{"duid":"d"},
    {"e":"tr","duid":"d","tr_id":"1","tr_tt":"lots"},{"e":"pv","duid":"ok"},
    {"e":"ue","duid":"d","ue_px":"!"},{"e":"ue","duid":"d","ue_pr":"{\"data\":{\"schema\":\"x\"}}"})"));
  EXPECT_EQ(only_event().visitor_name, "ok");
  EXPECT_EQ(codes(), (std::vector{ErrorCode::kMalformedJson, ErrorCode::kWrongType,
                                  ErrorCode::kMissingField, ErrorCode::kInvalidMoney,
                                  ErrorCode::kMalformedJson, ErrorCode::kMissingField}));
  post({kTp2}, "{\"data\":[");
  EXPECT_TRUE(unreadable);
}

TEST_F(SnowplowTest, WhatWasRejectedCanBeReplayed) {
  post({.path = ""}, R"({"e":"pv","duid":"d"})");
  EXPECT_EQ(only_event().visitor_name, "d");
  post({.path = ""}, "e=pv&duid=d2");
  EXPECT_EQ(only_event().visitor_name, "d2");
  post({.path = ""}, "e=pv");
  EXPECT_EQ(rejection(), "missing_field visitor");
}

}  // namespace
}  // namespace rekindle::io
