#include "tests/io/trackers/tracker_fixture.h"

namespace rekindle::io {
namespace {

class Ga4Test : public TrackerFixture {
 protected:
  Ga4Test() : TrackerFixture("ga4") {}
};

TEST_F(Ga4Test, ReadsTheMeasurementProtocol) {
  post({"/mp/collect", "measurement_id=G-1&api_secret=s"},
       R"({"client_id":"c.1","user_id":"u","timestamp_micros":"1699999999000000",
       "consent":{"ad_user_data":"GRANTED","ad_personalization":"DENIED"},
       "events":[{"name":"purchase","params":{"currency":"EUR","value":30.5,"transaction_id":"T1",
         "coupon":"C","page_location":"https://shop.example/?utm_source=g","search_term":"x",
         "items":[{"item_id":"a","item_name":"A","item_category":"shoes","item_brand":"b",
                   "price":10.25,"quantity":2}]}}]})");
  ASSERT_EQ(rejection(), "taken");
  const Event event = only_event();
  EXPECT_EQ(event.type, EventType::kPurchase);
  EXPECT_EQ(event.visitor_name, "c.1");
  EXPECT_EQ(event.user, "u");
  EXPECT_EQ(event.at.ms, 1'699'999'999'000);
  EXPECT_EQ(event.value, 3050);
  EXPECT_EQ(event.order, "T1");
  EXPECT_EQ(event.coupon, "C");
  EXPECT_EQ(event.campaign_source, "g");
  EXPECT_EQ(event.consent, R"({"ad_user_data":true,"ad_personalization":false})");
  ASSERT_EQ(event.items.size(), 1u);
  EXPECT_EQ(event.items[0].product, "a");
  EXPECT_EQ(event.items[0].category, "shoes");
  EXPECT_EQ(event.items[0].brand, "b");
  EXPECT_EQ(event.items[0].price, 1025);
  EXPECT_EQ(event.items[0].quantity, 2u);
  EXPECT_EQ(response().status, 204);
}

TEST_F(Ga4Test, UserPropertiesBecomeTraits) {
  post({"/mp/collect"},
       R"({"client_id":"c","user_properties":{"plan":{"value":"gold"},"n":{"value":3}},
       "events":[{"name":"login","params":{}},{"name":"tutorial_begin"}]})");
  const std::vector<Event> all = events();
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].type, EventType::kLogin);
  EXPECT_EQ(all[1].type, EventType::kIdentify);
  EXPECT_EQ(all[1].props, R"({"plan":"gold","n":3})");
  EXPECT_EQ(all[2].type, custom_type("tutorial_begin"));
  EXPECT_EQ(inputs, 2u);
}

TEST_F(Ga4Test, ADryRunTellsWhatIsWrong) {
  EXPECT_TRUE(tracker.is_rehearsal("/debug/mp/collect"));
  EXPECT_FALSE(tracker.is_rehearsal("/mp/collect"));
  post({"/debug/mp/collect"},
       R"({"client_id":"c","events":[{"name":"purchase","params":{"value":"x"}},{"params":{}}]})");
  EXPECT_EQ(
      response().body,
      R"({"validationMessages":[{"fieldPath":"events[0].value","description":")" +
          std::string(describe(ErrorCode::kInvalidMoney)) +
          R"(","validationCode":"VALUE_INVALID"},{"fieldPath":"events[1].type","description":")" +
          std::string(describe(ErrorCode::kMissingField)) +
          "\",\"validationCode\":\"VALUE_REQUIRED\"}]}\n");
  post({"/debug/mp/collect"}, "{");
  EXPECT_FALSE(unreadable);
  EXPECT_NE(response().body.find("VALUE_INVALID"), std::string::npos);
}

TEST_F(Ga4Test, ReadsABeaconWithEverythingInTheQuery) {
  // As @minimal-analytics/ga4 and gtag send it, the body empty.
  post({"/g/collect",
        "v=2&tid=G-1&_p=123&cid=c.1&uid=u&_s=1&dl=https%3A%2F%2Fshop.example%2Fp&dr=https%3A%2F%"
        "2Fr%2F"
        "&en=add_to_cart&cu=EUR&epn.value=20.5&pr1=idsku-1~nmShoe~brAcme~cashoes~pr10.25~qt2"
        "&pr2=nmOnly~~Name~pr1&gcs=G110&npa=1"},
       "");
  ASSERT_EQ(rejection(), "taken");
  const Event event = only_event();
  EXPECT_EQ(event.type, EventType::kAddToCart);
  EXPECT_EQ(event.visitor_name, "c.1");
  EXPECT_EQ(event.user, "u");
  EXPECT_EQ(event.value, 2050);
  EXPECT_EQ(event.url, "https://shop.example/p");
  EXPECT_EQ(event.referrer, "https://r/");
  EXPECT_NE(event.event_id, kNoName);
  EXPECT_EQ(event.consent,
            R"({"ad_storage":true,"analytics_storage":false,"ad_personalization":false})");
  ASSERT_EQ(event.items.size(), 2u);
  EXPECT_EQ(event.items[0].product, "sku-1");
  EXPECT_EQ(event.items[0].brand, "Acme");
  EXPECT_EQ(event.items[0].category, "shoes");
  EXPECT_EQ(event.items[0].price, 1025);
  EXPECT_EQ(event.items[0].quantity, 2u);
  EXPECT_EQ(event.items[1].product, "Only~Name");
  EXPECT_EQ(response().status, 204);
}

TEST_F(Ga4Test, EachLineOfTheBodyIsAnEvent) {
  post({"/g/collect", "v=2&tid=G-1&cid=c&_s=1&dl=https%3A%2F%2Fx%2F"},
       "en=view_item&pr1=ida\r\nen=purchase&ep.transaction_id=T&epn.value=5&cu=USD\n\nen=scroll&_s="
       "4");
  const std::vector<Event> all = events();
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].type, EventType::kViewItem);
  EXPECT_EQ(all[0].items[0].product, "a");
  EXPECT_EQ(all[1].type, EventType::kPurchase);
  EXPECT_EQ(all[1].order, "T");
  EXPECT_EQ(all[1].value, 450);
  EXPECT_EQ(all[2].type, custom_type("scroll"));
  EXPECT_EQ(all[2].url, "https://x/");
  EXPECT_NE(all[0].event_id, all[1].event_id);
}

TEST_F(Ga4Test, TheSameBytesAreTheSameEvent) {
  constexpr std::string_view kQuery = "v=2&tid=G-1&cid=c&_s=1&_p=9&en=page_view";
  get({"/g/collect", kQuery});
  const NameHash first = only_event().event_id;
  get({"/g/collect", kQuery});
  EXPECT_EQ(only_event().event_id, first);
  get({"/g/collect", "v=2&tid=G-1&cid=c&_s=2&_p=9&en=page_view"});
  EXPECT_NE(only_event().event_id, first);
}

TEST_F(Ga4Test, TheKeyNamesTheSite) {
  config.tracker_keys = {{"G-1", "other"}};
  get({"/g/collect", "tid=G-1&cid=c&en=page_view"});
  EXPECT_EQ(only_event().site, site_id("other"));
  post({"/mp/collect", "measurement_id=G-1"}, R"({"client_id":"c","events":[{"name":"e"}]})");
  EXPECT_EQ(only_event().site, site_id("other"));
  get({"/g/collect", "tid=G-2&cid=c&en=page_view"});
  EXPECT_EQ(rejection(), "unknown_site G-2");
}

TEST_F(Ga4Test, BadInputIsKept) {
  post({"/mp/collect"}, R"({"client_id":"c","events":[3,{"name":"purchase","params":{"items":[1]}},
       {"name":"ok"},{"name":"e","timestamp_micros":"soon"}]})");
  EXPECT_EQ(only_event().type, custom_type("ok"));
  EXPECT_EQ(codes(),
            (std::vector{ErrorCode::kWrongType, ErrorCode::kWrongType, ErrorCode::kInvalidTime}));
  // What is kept can be replayed by itself.
  const std::string kept = quarantine()[1].raw;
  post({""}, kept);
  EXPECT_EQ(codes(), std::vector{ErrorCode::kWrongType});
  post({"/mp/collect"}, R"({"client_id":"c"})");
  EXPECT_EQ(rejection(), "missing_field events");
  post({"/mp/collect"}, "a=b");
  EXPECT_TRUE(unreadable);
}

}  // namespace
}  // namespace rekindle::io
