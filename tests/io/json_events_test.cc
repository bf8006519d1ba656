#include "io/decoders/json_events.h"

#include "core/limits.h"
#include "tests/io/intake_fixture.h"

namespace rekindle::io {
namespace {

class JsonEventsTest : public IntakeFixture {
 protected:
  // Decodes one body; the answer is empty when it was readable, else the error's name.
  std::string decode(std::string body) {
    start();
    const Result<void> result = json.decode(body, intake);
    return result ? "" : std::string(name_of(result.error().code));
  }
  // The one rejection of a one-event body as "reason field".
  std::string rejection(const std::string& body) {
    const std::string error = decode(body);
    if (!error.empty()) return error;
    if (intake.rejections().size() != 1) return "taken";
    const Rejection& rejection = intake.rejections()[0];
    return std::string(name_of(rejection.code)) + " " + rejection.detail;
  }
  // A good event with one field more.
  static std::string with(const std::string& field) {
    return R"({"visitor":"v","type":"purchase",)" + field + "}";
  }

  JsonEvents json;
};

constexpr const char* kView = R"({"visitor":"v","type":"view_item"})";

TEST_F(JsonEventsTest, ReadsEveryFieldOfTheCanonicalSchema) {
  clock_mode = ClockMode::kEvents;
  EXPECT_EQ(decode(R"({
    "props": {"a": [1, 2.5e3, null, true, {"b": "c"}]},
    "site": "shop", "visitor": "v1", "event_id": "e1", "type": "purchase",
    "at": "2023-11-14T22:13:20.5Z", "sent_at": 1700000000000,
    "url": "https://shop.example/?a=b", "referrer": "https://r.example/",
    "campaign": {"source": "news", "medium": "mail", "name": "autumn", "id": 3},
    "items": [{"product": "p1", "category": "c1", "brand": "b1", "price": 2.50, "quantity": 2},
              {"product": 4711, "price": "0.99"}],
    "value": 5.99, "currency": "EUR", "order": 1001, "coupon": "C", "user": "u1",
    "query": "shoes", "channel": "web", "consent": {"ads": true} , "unknown": [[]]
  })"),
            "");
  const Event event = only_event();
  EXPECT_EQ(event.visitor_name, "v1");
  EXPECT_EQ(event.type, EventType::kPurchase);
  EXPECT_EQ(event.event_id, name_hash("e1"));
  EXPECT_EQ(event.at.ms, 1'700'000'000'500);
  EXPECT_EQ(event.value, 599);
  EXPECT_EQ(event.order, "1001");
  EXPECT_EQ(event.coupon, "C");
  EXPECT_EQ(event.user, "u1");
  EXPECT_EQ(event.url, "https://shop.example/?a=b");
  EXPECT_EQ(event.referrer, "https://r.example/");
  EXPECT_EQ(event.campaign_source, "news");
  EXPECT_EQ(event.campaign_medium, "mail");
  EXPECT_EQ(event.campaign_name, "autumn");
  EXPECT_EQ(event.query, "shoes");
  EXPECT_EQ(event.channel, "web");
  EXPECT_EQ(event.consent, R"({"ads": true})");
  EXPECT_EQ(event.props, R"({"a": [1, 2.5e3, null, true, {"b": "c"}]})");
  ASSERT_EQ(event.items.size(), 2u);
  EXPECT_EQ(event.items[0].product, "p1");
  EXPECT_EQ(event.items[0].category, "c1");
  EXPECT_EQ(event.items[0].brand, "b1");
  EXPECT_EQ(event.items[0].price, 250);
  EXPECT_EQ(event.items[0].quantity, 2u);
  EXPECT_EQ(event.items[1].product, "4711");
  EXPECT_EQ(event.items[1].price, 99);
  EXPECT_EQ(event.items[1].quantity, 1u);
}

TEST_F(JsonEventsTest, ReadsNumbersAsTimesInSecondsOrMilliseconds) {
  clock_mode = ClockMode::kEvents;
  decode(with(R"("at":1700000000)"));
  EXPECT_EQ(only_event().at.ms, 1'700'000'000'000);
  decode(with(R"("at":1700000000123)"));
  EXPECT_EQ(only_event().at.ms, 1'700'000'000'123);
  EXPECT_EQ(rejection(with(R"("at":1.5)")), "invalid_time at");
  EXPECT_EQ(rejection(with(R"("at":99999999999999999999)")), "invalid_time at");
  EXPECT_EQ(rejection(with(R"("sent_at":"soon")")), "invalid_time sent_at");
  EXPECT_EQ(rejection(with(R"("at":true)")), "wrong_type at");
}

TEST_F(JsonEventsTest, TellsObjectArrayAndLinesApartByTheirBytes) {
  const std::string view = kView;
  EXPECT_EQ(decode(view), "");
  EXPECT_EQ(intake.accepted(), 1u);
  EXPECT_EQ(decode(" \r\n" + view + " \n\n"), "");
  EXPECT_EQ(intake.accepted(), 1u);
  EXPECT_EQ(decode("{\n  \"visitor\": \"v\",\n  \"type\": \"view_item\"\n}\n"), "");
  EXPECT_EQ(intake.accepted(), 1u);
  EXPECT_EQ(decode("{\"visitor\":\"v\",\"type\":\"view_item\",\"props\":\n{\"a\":1}}"), "");
  EXPECT_EQ(intake.accepted(), 1u);
  EXPECT_EQ(decode("[" + view + "]"), "");
  EXPECT_EQ(intake.accepted(), 1u);
  EXPECT_EQ(decode("[\n" + view + ",\n" + view + "\n]\n"), "");
  EXPECT_EQ(intake.accepted(), 2u);
  EXPECT_EQ(decode("[]"), "");
  EXPECT_EQ(intake.seen(), 0u);
  EXPECT_EQ(decode(view + "\n" + view), "");
  EXPECT_EQ(intake.accepted(), 2u);
  EXPECT_EQ(decode(view + "\r\n\r\n  \n" + view + "\n" + view + "\n"), "");
  EXPECT_EQ(intake.accepted(), 3u);
  EXPECT_EQ(decode(R"({"visitor":"a\"}{","type":"view_item"})"
                   "\n" +
                   view),
            "");
  EXPECT_EQ(intake.accepted(), 2u);
}

TEST_F(JsonEventsTest, ABadLineIsQuarantinedAndTheRestIsUnharmed) {
  const std::string view = kView;
  for (const char* bad :
       {"{\"visitor\":", "garbage", "{\"visitor\":\"v\" \"type\":\"view_item\"}", "\"",
        "{\"visitor\":\"v\",\"type\":\"view_item\",\"x\":tru}", "{\"visitor\":\"v\"}}", "nul",
        "{\"visitor\":\"v\",\"type\":\"view_item\",\"x\":[1,,2]}", "{\"a\":1}{\"a\":1}",
        "{\"visitor\":\"v\",\"type\":\"view_item\",\"value\":1.}", "{\"a\":\"tab\there\"}", "{a:1}",
        "{\"visitor\":\"v\",\"type\":\"view_item\",}", "{\"x\":nulL}", "{\"x\":01}", "\\"}) {
    for (const std::string& body :
         {view + "\n" + bad + "\n" + view, view + "\n" + view + "\n" + bad,
          bad + ("\n" + view) + "\n" + view}) {
      ASSERT_EQ(decode(body), "") << body;
      EXPECT_EQ(intake.accepted(), 2u) << body;
      ASSERT_EQ(intake.rejections().size(), 1u) << body;
      const ErrorCode code = intake.rejections()[0].code;
      EXPECT_TRUE(code == ErrorCode::kMalformedJson || code == ErrorCode::kWrongType) << body;
      EXPECT_EQ(quarantine()[0].raw, bad);
    }
  }
  EXPECT_EQ(decode(view + "\n{\"visitor\":\"\xff\"}\n" + view), "");
  EXPECT_EQ(codes(), std::vector{ErrorCode::kInvalidUtf8});
  EXPECT_EQ(decode(view + "\n[" + view + "]\n17\n" + view), "");
  EXPECT_EQ(codes(), (std::vector{ErrorCode::kWrongType, ErrorCode::kWrongType}));
  EXPECT_EQ(intake.rejections()[1].index, 2u);
  EXPECT_EQ(decode(view + "\n[1,2\n" + view), "");
  EXPECT_EQ(codes(), std::vector{ErrorCode::kWrongType});
}

TEST_F(JsonEventsTest, AnArrayOrObjectThatIsNotJsonGivesNothing) {
  const std::string view = kView;
  for (const std::string& body :
       {std::string(), std::string(" \n "), "[" + view, "[" + view + "," + view + ",]",
        "[" + view + " " + view + "]", "[" + view + "] x", "[" + view + "]]", view + view,
        view.substr(0, view.size() - 1), std::string("true"), std::string("17"),
        std::string("\"v\""),
        "[" + view + ",{\"visitor\":\"v\",\"type\":\"view_item\",\"x\":[1 2]}]",
        "[" + view + ",{\"a\":tru}]", "[" + view + ",nulL]", std::string(100'000, '['),
        std::string("<xml/>\n<xml/>"), std::string("\0\0", 2), "[" + view + ",\"\x01\"]"}) {
    EXPECT_EQ(decode(body), "malformed_json") << body.substr(0, 200);
    EXPECT_EQ(intake.seen(), 0u);
    EXPECT_TRUE(quarantine().empty());
  }
  EXPECT_EQ(decode("[" + view + ",{\"visitor\":\"\xff\"}]"), "invalid_utf8");
  EXPECT_EQ(intake.seen(), 0u);
}

TEST_F(JsonEventsTest, ABadEventOfAnArrayIsRejectedAloneWithItsOwnBytes) {
  const std::string view = kView;
  const std::string wrong = R"({"visitor": ["v"], "type": "view_item", "items": [{"a": 1}]})";
  EXPECT_EQ(decode("[" + view + ", " + wrong + " ,5," + view + "]"), "");
  EXPECT_EQ(intake.accepted(), 2u);
  EXPECT_EQ(codes(), (std::vector{ErrorCode::kWrongType, ErrorCode::kWrongType}));
  EXPECT_EQ(intake.rejections()[0].index, 1u);
  EXPECT_EQ(intake.rejections()[0].detail, "visitor");
  EXPECT_EQ(intake.rejections()[1].index, 2u);
  EXPECT_EQ(quarantine()[0].raw, wrong);
  EXPECT_EQ(quarantine()[1].raw, "5");
}

TEST_F(JsonEventsTest, NamesTheFieldOfAWrongType) {
  EXPECT_EQ(rejection(with(R"("url":5)")), "wrong_type url");
  EXPECT_EQ(rejection(with(R"("coupon":{})")), "wrong_type coupon");
  EXPECT_EQ(rejection(with(R"("value":[1])")), "wrong_type value");
  EXPECT_EQ(rejection(with(R"("value":false)")), "wrong_type value");
  EXPECT_EQ(rejection(with(R"("props":"x")")), "wrong_type props");
  EXPECT_EQ(rejection(with(R"("consent":[1])")), "wrong_type consent");
  EXPECT_EQ(rejection(with(R"("campaign":"x")")), "wrong_type campaign");
  EXPECT_EQ(rejection(with(R"("campaign":{"source":1})")), "wrong_type campaign.source");
  EXPECT_EQ(rejection(with(R"("items":{})")), "wrong_type items");
  EXPECT_EQ(rejection(with(R"("items":[1])")), "wrong_type items");
  EXPECT_EQ(rejection(with(R"("items":[{"product":true}])")), "wrong_type items.product");
  EXPECT_EQ(rejection(with(R"("items":[{"quantity":"2"}])")), "wrong_type items.quantity");
  EXPECT_EQ(rejection(with(R"("items":[{"quantity":1.5}])")), "invalid_quantity items.quantity");
  EXPECT_EQ(rejection(with(R"("items":[{"quantity":-1}])")), "invalid_quantity items.quantity");
  EXPECT_EQ(rejection(R"({"type":"view_item"})"), "missing_field visitor");
  EXPECT_EQ(rejection("{}"), "missing_field visitor");
}

TEST_F(JsonEventsTest, TheFirstFaultIsReported) {
  EXPECT_EQ(rejection(with(R"("url":5,"value":"x","items":7)")), "wrong_type url");
}

TEST_F(JsonEventsTest, NullIsAbsentAndTheLastOfARepeatedFieldWins) {
  decode(with(R"("value":null,"items":null,"props":null,"campaign":null,"at":null,"order":null)"));
  Event event = only_event();
  EXPECT_EQ(event.value, kNoMoney);
  EXPECT_TRUE(event.items.empty());
  decode(with(R"("value":1,"value":2,"items":[{"product":"a"}],"items":[{"product":"b"}],)"
              R"("campaign":{"name":"x"},"campaign":{"medium":"y"},"visitor":"w")"));
  event = only_event();
  EXPECT_EQ(event.value, 200);
  EXPECT_EQ(event.visitor_name, "w");
  ASSERT_EQ(event.items.size(), 1u);
  EXPECT_EQ(event.items[0].product, "b");
  EXPECT_EQ(event.campaign_name, "");
  EXPECT_EQ(event.campaign_medium, "y");
  decode(with(R"("value":1,"value":null)"));
  EXPECT_EQ(only_event().value, kNoMoney);
}

TEST_F(JsonEventsTest, MoneyNeverPassesThroughFloatingPoint) {
  decode(with(R"("value":9007199254.99)"));
  EXPECT_EQ(only_event().value, 900'719'925'499);
  decode(with(R"("value":0.285)"));  // the nearest double is below
  EXPECT_EQ(only_event().value, 29);
  decode(with(R"("value":"1.005")"));
  EXPECT_EQ(only_event().value, 101);
  decode(with(R"("value":1.25e1,"items":[{"price":5e-1},{"price":3E2}])"));
  EXPECT_EQ(only_event().value, 1'250);
  EXPECT_EQ(only_event().items[0].price, 50);
  EXPECT_EQ(only_event().items[1].price, 30'000);
  EXPECT_EQ(rejection(with(R"("value":1e300)")), "invalid_money value");
  EXPECT_EQ(rejection(with(R"("value":"1e3")")), "invalid_money value");
  EXPECT_EQ(rejection(with(R"("value":1e13)")), "invalid_money value");
  EXPECT_EQ(rejection(with(R"("items":[{"price":1e-99}])")), "invalid_money items.price");
}

TEST_F(JsonEventsTest, ReadsEscapesAndUnicode) {
  decode(
      "{\"visit\\u006fr\":\"caf\\u00e9 \\ud83d\\ude00 \\\"\\n\",\"type\":\"search\","
      "\"query\":\"\xc3\xa9\"}");
  EXPECT_EQ(only_event().visitor_name, "caf\xc3\xa9 \xf0\x9f\x98\x80 \"\n");
  EXPECT_EQ(only_event().query, "\xc3\xa9");
  EXPECT_EQ(rejection(with(R"("query":"\ud83d")")), "invalid_utf8 query");
  EXPECT_EQ(rejection(with(R"("query":"\x41")")), "invalid_utf8 query");
  // Half an emoji in one event must not cost the others of its array.
  EXPECT_EQ(decode("[" + with(R"("query":"\ud83d","url":"u")") + "," + kView + "]"), "");
  EXPECT_EQ(intake.accepted(), 1u);
  EXPECT_EQ(codes(), std::vector{ErrorCode::kInvalidUtf8});
}

TEST_F(JsonEventsTest, BoundsTheDepthPerEvent) {
  const auto nested = [](size_t arrays) {
    return with("\"props\":{\"a\":" + std::string(arrays, '[') + std::string(arrays, ']') + "}");
  };
  EXPECT_EQ(rejection(nested(limits::kJsonDepthMax - 2)), "taken");
  EXPECT_EQ(rejection(nested(limits::kJsonDepthMax - 1)), "malformed_json nested too deep");
  EXPECT_EQ(rejection(nested(100'000)), "malformed_json nested too deep");
  EXPECT_EQ(decode("[" + nested(5'000) + "," + kView + "]"), "");
  EXPECT_EQ(intake.accepted(), 1u);
  EXPECT_EQ(intake.seen(), 2u);
}

TEST_F(JsonEventsTest, BoundsEventsAndItems) {
  const auto lines = [](size_t count, const char* separator) {
    std::string body = kView;
    for (size_t i = 1; i < count; ++i) body.append(separator).append(kView);
    return body;
  };
  EXPECT_EQ(decode(lines(limits::kEventsPerBodyMax, "\n\n")), "");
  EXPECT_EQ(intake.accepted(), limits::kEventsPerBodyMax);
  EXPECT_EQ(decode(lines(limits::kEventsPerBodyMax + 1, "\n")), "body_too_large");
  EXPECT_EQ(intake.seen(), 0u);
  EXPECT_EQ(decode("[" + lines(limits::kEventsPerBodyMax, ",") + "]"), "");
  EXPECT_EQ(intake.accepted(), limits::kEventsPerBodyMax);
  EXPECT_EQ(decode("[" + lines(limits::kEventsPerBodyMax + 1, ",") + "]"), "body_too_large");
  EXPECT_EQ(intake.seen(), 0u);

  std::string items = R"("items":[{"product":"p"})";
  for (size_t i = 1; i < limits::kItemsPerEventMax; ++i) items += R"(,{"product":"p"})";
  EXPECT_EQ(rejection(with(items + "]")), "taken");
  EXPECT_EQ(rejection(with(items + ",{}]")), "too_many_items ");
}

TEST_F(JsonEventsTest, GivesTheSameFromAnyBufferAndAnyCut) {
  const std::string view = with(R"("value":12.5,"url":"https://shop.example/path")");
  start();
  ASSERT_TRUE(json.decode(std::string_view(view), view.size(), intake));  // no room behind
  EXPECT_EQ(only_event().value, 1'250);
  // Whatever stands behind the body must not be read as part of it.
  const std::string buffer = view + view + std::string(kJsonPaddingBytes, '}');
  start();
  ASSERT_TRUE(json.decode(std::string_view(buffer).substr(0, view.size()), buffer.size(), intake));
  EXPECT_EQ(only_event().value, 1'250);
  for (size_t size = 0; size < view.size(); ++size) {
    start();
    EXPECT_FALSE(json.decode(std::string_view(buffer).substr(0, size), buffer.size(), intake));
    EXPECT_EQ(intake.seen(), 0u);
  }
}

TEST_F(JsonEventsTest, ReadsOneObjectForAnImport) {
  RawEvent event;
  const std::string line = with(R"("value":1.50)");
  ASSERT_TRUE(json.read_object(line, line.size(), event));
  EXPECT_EQ(event.visitor, "v");
  EXPECT_EQ(event.value, "1.50");
  EXPECT_EQ(json.read_object("{", 1, event).error().code, ErrorCode::kMalformedJson);
  EXPECT_EQ(json.read_object("", 0, event).error().code, ErrorCode::kMalformedJson);
  EXPECT_EQ(json.read_object(R"({"url":1})", 9, event).error().code, ErrorCode::kWrongType);
}

}  // namespace
}  // namespace rekindle::io
