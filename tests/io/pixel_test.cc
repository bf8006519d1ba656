#include "io/decoders/pixel.h"

#include "core/limits.h"
#include "tests/io/intake_fixture.h"

namespace rekindle::io {
namespace {

class PixelTest : public IntakeFixture {
 protected:
  void decode(std::string_view query) {
    start();
    pixel.decode(query, intake);
    EXPECT_EQ(intake.seen(), 1u) << query;
  }
  std::string rejection(std::string_view query) {
    decode(query);
    if (intake.rejections().size() != 1) return "taken";
    const Rejection& rejection = intake.rejections()[0];
    return std::string(name_of(rejection.code)) + " " + rejection.detail;
  }
  PixelDecoder pixel;
};

TEST_F(PixelTest, ReadsEveryName) {
  clock_mode = ClockMode::kEvents;
  decode(
      "s=other&e=purchase&v=v1&id=e1&t=1700000000123&st=2023-11-14T22:13:21Z"
      "&u=https%3A%2F%2Fshop.example%2F%3Fa%3Db%26c&r=https://r.example/"
      "&val=1500&cur=JPY&o=o1&c=SAVE+10&cs=news&cm=mail&cn=autumn%20sale"
      "&q=red+shoes&ch=web&uid=u%40example.org"
      "&i=p1~c1~b1~750~2&i=p%7E2~~~5&unknown=1");
  const Event event = only_event();
  EXPECT_EQ(event.site, site_id("other"));
  EXPECT_EQ(event.type, EventType::kPurchase);
  EXPECT_EQ(event.visitor_name, "v1");
  EXPECT_EQ(event.event_id, name_hash("e1"));
  EXPECT_EQ(event.at.ms, 1'700'000'000'123);
  EXPECT_EQ(event.url, "https://shop.example/?a=b&c");
  EXPECT_EQ(event.referrer, "https://r.example/");
  EXPECT_EQ(event.value, 1'500);
  EXPECT_EQ(event.order, "o1");
  EXPECT_EQ(event.coupon, "SAVE 10");
  EXPECT_EQ(event.campaign_source, "news");
  EXPECT_EQ(event.campaign_medium, "mail");
  EXPECT_EQ(event.campaign_name, "autumn sale");
  EXPECT_EQ(event.query, "red shoes");
  EXPECT_EQ(event.channel, "web");
  EXPECT_EQ(event.user, "u@example.org");
  ASSERT_EQ(event.items.size(), 2u);
  EXPECT_EQ(event.items[0].product, "p1");
  EXPECT_EQ(event.items[0].category, "c1");
  EXPECT_EQ(event.items[0].brand, "b1");
  EXPECT_EQ(event.items[0].price, 750);
  EXPECT_EQ(event.items[0].quantity, 2u);
  EXPECT_EQ(event.items[1].product, "p~2");
  EXPECT_EQ(event.items[1].category, "");
  EXPECT_EQ(event.items[1].price, 5);
  EXPECT_EQ(event.items[1].quantity, 1u);
}

TEST_F(PixelTest, ReadsASingleItemFromNamesOfItsOwn) {
  decode("e=view_item&v=v&pr=p1&ca=c1&br=b+1&p=2.50&n=3");
  const Event event = only_event();
  ASSERT_EQ(event.items.size(), 1u);
  EXPECT_EQ(event.items[0].product, "p1");
  EXPECT_EQ(event.items[0].category, "c1");
  EXPECT_EQ(event.items[0].brand, "b 1");
  EXPECT_EQ(event.items[0].price, 250);
  EXPECT_EQ(event.items[0].quantity, 3u);
  decode("e=page_view&v=v&n=3");
  EXPECT_TRUE(only_event().items.empty());
}

TEST_F(PixelTest, TheLastOfARepeatedNameWins) {
  decode("e=page_view&v=a&v=b&t=1&t=");
  EXPECT_EQ(only_event().visitor_name, "b");
  EXPECT_EQ(only_event().at, as_event_time(kReceived));
}

TEST_F(PixelTest, APercentWithoutTwoHexDigitsStandsForItself) {
  decode("e=page_view&v=100%&q=%zz%4&ch=%41%6a%6A");
  EXPECT_EQ(only_event().visitor_name, "100%");
  EXPECT_EQ(only_event().query, "%zz%4");
  EXPECT_EQ(only_event().channel, "Ajj");
}

TEST_F(PixelTest, RejectsWithAReasonAndTheBytes) {
  EXPECT_EQ(rejection(""), "missing_field visitor");
  EXPECT_EQ(rejection("&&==&=x&v"), "missing_field visitor");
  EXPECT_EQ(rejection("v=x"), "missing_field type");
  EXPECT_EQ(rejection("v=%ff%fe&e=page_view"), "invalid_utf8 visitor");
  EXPECT_EQ(rejection("v=v&e=page_view&q=%c3"), "invalid_utf8 query");
  EXPECT_EQ(rejection("v=v&e=page_view&t=yesterday"), "invalid_time t");
  EXPECT_EQ(rejection("v=v&e=page_view&st=x"), "invalid_time st");
  EXPECT_EQ(rejection("v=v&e=page_view&val=1e3"), "invalid_money value");
  EXPECT_EQ(rejection("v=v&e=page_view&i=p~~~1~two"), "invalid_quantity n");
  EXPECT_EQ(rejection("v=v&e=page_view&i=p~~~1~0"), "invalid_quantity items.quantity");
  EXPECT_EQ(rejection("v=v&e=page_view&pr=p&n=1x"), "invalid_quantity n");
  EXPECT_EQ(rejection("v=v&e=wiev"), "unknown_event_type wiev");
  EXPECT_EQ(quarantine()[0].raw, "v=v&e=wiev");
  std::string many = "v=v&e=page_view";
  for (size_t i = 0; i < limits::kItemsPerEventMax; ++i) many += "&i=p";
  EXPECT_EQ(rejection(many), "taken");
  EXPECT_EQ(rejection(many + "&i=p"), "too_many_items ");
}

}  // namespace
}  // namespace rekindle::io
