#include "io/intake.h"

#include <functional>

#include "core/limits.h"
#include "tests/io/intake_fixture.h"

namespace rekindle::io {
namespace {

class IntakeTest : public IntakeFixture {
 protected:
  static RawEvent view() {
    RawEvent raw;
    raw.visitor = "v1";
    raw.type = "view_item";
    return raw;
  }
  void take(const RawEvent& raw) {
    start();
    intake.take(raw, "raw bytes");
  }
  void expect_rejected(const RawEvent& raw, ErrorCode code, std::string_view detail) {
    take(raw);
    ASSERT_EQ(intake.rejections().size(), 1u);
    EXPECT_EQ(name_of(intake.rejections()[0].code), name_of(code));
    EXPECT_EQ(intake.rejections()[0].detail, detail);
    EXPECT_TRUE(events().empty());
    EXPECT_EQ(quarantine().size(), 1u);
  }
};

TEST_F(IntakeTest, TakesAnEventIntoTheParcelOfItsVisitorsShard) {
  start();
  RawEvent raw = view();
  std::vector<std::string> names;
  for (int i = 0; i < 50; ++i) names.push_back("visitor" + std::to_string(i));
  for (const std::string& name : names) {
    raw.visitor = name;
    intake.take(raw, {});
  }
  EXPECT_EQ(intake.accepted(), 50u);
  EXPECT_EQ(counters.accepted.load(), 50u);
  EXPECT_EQ(parcels.all().size(), 4u);
  for (const auto& [shard, parcel] : parcels.all()) {
    std::string_view records = parcel.records;
    while (!records.empty()) {
      EXPECT_EQ(to_index(partition_of(event_record_visitor(records), 64)) % 4, shard);
      records.remove_prefix(event_record_size(records));
    }
  }
}

TEST_F(IntakeTest, KeepsEveryField) {
  RawEvent raw = view();
  raw.type = "custom:quiz";
  raw.event_id = "e1";
  raw.value = "12.345";
  raw.order = "o1";
  raw.coupon = "SAVE";
  raw.user = "u@example.org";
  raw.url = "https://shop.example/a";
  raw.referrer = "https://ads.example/";
  raw.campaign_source = "s";
  raw.campaign_medium = "m";
  raw.campaign_name = "n";
  raw.query = "red shoes";
  raw.channel = "web";
  raw.consent = R"({"ads":true})";
  raw.props = R"({"a":1})";
  raw.items.push_back({"p1", "c1", "b1", "2.5", 3});
  take(raw);
  const Event event = only_event();
  EXPECT_EQ(event.site, site_id("shop"));
  EXPECT_EQ(event.visitor, visitor_key(site_id("shop"), "v1"));
  EXPECT_EQ(event.visitor_name, "v1");
  EXPECT_EQ(event.type, custom_type("quiz"));
  EXPECT_EQ(event.custom_type, "quiz");
  EXPECT_EQ(event.event_id, name_hash("e1"));
  EXPECT_EQ(event.value, 1'235);
  EXPECT_EQ(event.order, "o1");
  EXPECT_EQ(event.coupon, "SAVE");
  EXPECT_EQ(event.user, "u@example.org");
  EXPECT_EQ(event.url, "https://shop.example/a");
  EXPECT_EQ(event.referrer, "https://ads.example/");
  EXPECT_EQ(event.campaign_source, "s");
  EXPECT_EQ(event.campaign_medium, "m");
  EXPECT_EQ(event.campaign_name, "n");
  EXPECT_EQ(event.query, "red shoes");
  EXPECT_EQ(event.channel, "web");
  EXPECT_EQ(event.consent, R"({"ads":true})");
  EXPECT_EQ(event.props, R"({"a":1})");
  ASSERT_EQ(event.items.size(), 1u);
  EXPECT_EQ(event.items[0].product, "p1");
  EXPECT_EQ(event.items[0].category, "c1");
  EXPECT_EQ(event.items[0].brand, "b1");
  EXPECT_EQ(event.items[0].price, 250);
  EXPECT_EQ(event.items[0].quantity, 3u);
}

TEST_F(IntakeTest, FindsTheSiteByNameThenByDefaultThenAsTheOnlyOne) {
  RawEvent raw = view();
  raw.site = "other";
  take(raw);
  EXPECT_EQ(only_event().site, site_id("other"));
  raw.site = {};
  take(raw);
  EXPECT_EQ(only_event().site, site_id("shop"));

  start("");  // two sites, none named
  intake.take(raw, {});
  EXPECT_EQ(codes(), std::vector{ErrorCode::kUnknownSite});

  const Sites one = Sites::make({Site{.name = "single", .currency = currency_of("EUR")}}).value();
  Intake alone(IntakeSettings{one, 64, 1, [] { return ClockMode::kWall; }}, counters);
  parcels.clear();
  alone.start(parcels, kReceived, "test");
  alone.take(raw, {});
  EXPECT_EQ(only_event().site, site_id("single"));
}

TEST_F(IntakeTest, RefusesWhatIsMissingUnknownTooLongOrNotUtf8) {
  const std::string long_id(limits::kIdBytesMax + 1, 'x');
  const std::string long_text(limits::kTextBytesMax + 1, 'x');
  const auto with = [](const std::function<void(RawEvent&)>& change) {
    RawEvent raw = view();
    change(raw);
    return raw;
  };
  using E = ErrorCode;
  expect_rejected(with([](auto& r) { r.visitor = {}; }), E::kMissingField, "visitor");
  expect_rejected(with([](auto& r) { r.type = {}; }), E::kMissingField, "type");
  expect_rejected(with([](auto& r) { r.type = "wiev"; }), E::kUnknownEventType, "wiev");
  expect_rejected(with([](auto& r) { r.type = "custom:"; }), E::kUnknownEventType, "custom:");
  expect_rejected(with([](auto& r) { r.site = "nowhere"; }), E::kUnknownSite, "nowhere");
  expect_rejected(with([&](auto& r) { r.visitor = long_id; }), E::kStringTooLong, "visitor");
  expect_rejected(with([&](auto& r) { r.event_id = long_id; }), E::kStringTooLong, "event_id");
  expect_rejected(with([&](auto& r) { r.order = long_id; }), E::kStringTooLong, "order");
  expect_rejected(with([&](auto& r) { r.user = long_text; }), E::kStringTooLong, "user");
  expect_rejected(with([](auto& r) { r.visitor = "caf\xe9"; }), E::kInvalidUtf8, "visitor");
  // What an answer repeats of the input is whole text.
  expect_rejected(with([](auto& r) { r.type = "caf\xe9"; }), E::kInvalidUtf8, "type");
  expect_rejected(with([](auto& r) { r.site = "caf\xe9"; }), E::kInvalidUtf8, "site");
  const std::string long_type = std::string(limits::kIdBytesMax - 1, 'x') + "\xc3\xa9";
  expect_rejected(with([&](auto& r) { r.type = long_type; }), E::kUnknownEventType,
                  std::string(limits::kIdBytesMax - 1, 'x'));
  expect_rejected(with([](auto& r) { r.url = "/long enough for a word \xff"; }), E::kInvalidUtf8,
                  "url");
  expect_rejected(with([&](auto& r) { r.items.push_back({.product = long_id}); }),
                  E::kStringTooLong, "items.product");
  expect_rejected(with([](auto& r) { r.items.push_back({.brand = "\xc3"}); }), E::kInvalidUtf8,
                  "items.brand");
  expect_rejected(with([](auto& r) { r.items.push_back({.product = "p", .quantity = 0}); }),
                  E::kInvalidQuantity, "items.quantity");
  expect_rejected(with([](auto& r) { r.items.push_back({.product = "p", .quantity = 1'000'001}); }),
                  E::kInvalidQuantity, "items.quantity");
  expect_rejected(with([](auto& r) { r.items.resize(limits::kItemsPerEventMax + 1); }),
                  E::kTooManyItems, "");
  EXPECT_EQ(counters.rejected.load(), 19u);
}

TEST_F(IntakeTest, TakesVisitorNamesOfUpTo128Bytes) {
  const std::string name = std::string(124, 'x') + "\xf0\x9f\x98\x80";
  RawEvent raw = view();
  raw.visitor = name;
  take(raw);
  EXPECT_EQ(only_event().visitor_name, name);
}

TEST_F(IntakeTest, CutsUrlReferrerAndQueryBetweenCharactersAndCounts) {
  const std::string text = std::string(limits::kUrlBytesMax - 1, 'x') + "\xc3\xa9";
  RawEvent raw = view();
  raw.url = text;
  raw.referrer = text;
  raw.query = text;
  take(raw);
  const Event event = only_event();
  EXPECT_EQ(event.url.size(), limits::kUrlBytesMax - 1);
  EXPECT_EQ(event.referrer, event.url);
  EXPECT_EQ(event.query, event.url);
  EXPECT_EQ(counters.truncated.load(), 3u);
}

TEST_F(IntakeTest, ConvertsMoneyIntoTheSitesCurrency) {
  RawEvent raw = view();
  raw.currency = "USD";
  raw.value = "10.00";
  raw.items.push_back({.product = "p", .price = "0.05"});
  take(raw);
  Event event = only_event();
  EXPECT_EQ(event.value, 900);
  EXPECT_EQ(event.items[0].price, 5);  // 4.5 cents, half away from zero

  raw.currency = "jpy";
  raw.value = "1500";
  raw.items.clear();
  take(raw);
  event = only_event();
  EXPECT_EQ(event.value, 1'000);
}

TEST_F(IntakeTest, RefusesMoneyItCannotRead) {
  RawEvent raw = view();
  raw.value = "12,50";
  expect_rejected(raw, ErrorCode::kInvalidMoney, "value");
  raw.value = "-1";
  expect_rejected(raw, ErrorCode::kInvalidMoney, "value is negative");
  raw.value = "1";
  raw.currency = "GBP";
  expect_rejected(raw, ErrorCode::kUnknownCurrency, "GBP");
  raw.currency = "EURO";
  expect_rejected(raw, ErrorCode::kUnknownCurrency, "currency");
  raw.currency = {};
  raw.items.push_back({.product = "p", .price = "99999999999999"});
  expect_rejected(raw, ErrorCode::kInvalidMoney, "items.price");
}

TEST_F(IntakeTest, CorrectsTheClientsClockByWhenItSent) {
  RawEvent raw = view();
  raw.at_ms = 1'000'000;  // a clock that is decades slow
  raw.sent_at_ms = 1'060'000;
  take(raw);
  EXPECT_EQ(only_event().at, as_event_time(kReceived) - Duration{60'000});
  EXPECT_EQ(only_event().received_at, kReceived);
  EXPECT_EQ(counters.clamped_late + counters.clamped_future, 0u);
}

TEST_F(IntakeTest, ClampsTheWallClockToItsBoundsAndCounts) {
  const EventTime received = as_event_time(kReceived);
  RawEvent raw = view();
  take(raw);
  EXPECT_EQ(only_event().at, received);
  raw.at_ms = received.ms - hours(72).ms;
  take(raw);
  EXPECT_EQ(only_event().at.ms, *raw.at_ms);
  EXPECT_EQ(counters.clamped_late.load(), 0u);
  raw.at_ms = received.ms - hours(72).ms - 1;
  take(raw);
  EXPECT_EQ(only_event().at, received - hours(72));
  EXPECT_EQ(counters.clamped_late.load(), 1u);
  raw.at_ms = received.ms + 5'001;
  take(raw);
  EXPECT_EQ(only_event().at, received + Duration{5'000});
  EXPECT_EQ(counters.clamped_future.load(), 1u);
  raw.at_ms = received.ms;
  raw.sent_at_ms = received.ms - 3'600'000;  // happened an hour after it was sent
  take(raw);
  EXPECT_EQ(only_event().at, received + Duration{5'000});
  raw.at_ms = INT64_MAX;
  expect_rejected(raw, ErrorCode::kInvalidTime, "at");
  raw.at_ms = 0;
  raw.sent_at_ms = INT64_MIN;
  expect_rejected(raw, ErrorCode::kInvalidTime, "sent_at");
}

TEST_F(IntakeTest, LateMaxIsTheSites) {
  RawEvent raw = view();
  raw.site = "other";
  raw.at_ms = kReceived.ms - hours(2).ms;
  take(raw);
  EXPECT_EQ(only_event().at, as_event_time(kReceived) - hours(1));
}

TEST_F(IntakeTest, OnTheEventsClockTimeStandsAsGiven) {
  clock_mode = ClockMode::kEvents;
  RawEvent raw = view();
  raw.at_ms = kEventTimeMin.ms;
  raw.sent_at_ms = kEventTimeMin.ms + 5;
  take(raw);
  EXPECT_EQ(only_event().at, kEventTimeMin);
  EXPECT_EQ(only_event().received_at, as_wall_time(kEventTimeMin));
  raw.at_ms = kEventTimeMin.ms - 1;
  expect_rejected(raw, ErrorCode::kInvalidTime, "at");
  raw.at_ms = kEventTimeMax.ms + 1;
  expect_rejected(raw, ErrorCode::kInvalidTime, "at");
  raw.at_ms.reset();
  take(raw);
  EXPECT_EQ(only_event().at, as_event_time(kReceived));
}

TEST_F(IntakeTest, QuarantinesTheRawBytesWithTheReason) {
  start();
  intake.take(view(), "good");
  RawEvent bad = view();
  bad.type = "nonsense";
  intake.take(bad, "the bytes");
  intake.reject(ErrorCode::kMalformedJson, "broken",
                std::string(limits::kQuarantineRawBytesMax + 7, 'z'));
  intake.take(view(), "good");
  EXPECT_EQ(intake.seen(), 4u);
  EXPECT_EQ(intake.accepted(), 2u);
  ASSERT_EQ(intake.rejections().size(), 2u);
  EXPECT_EQ(intake.rejections()[0].index, 1u);
  EXPECT_EQ(intake.rejections()[1].index, 2u);
  const auto entries = quarantine();
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].reason, "unknown_event_type");
  EXPECT_EQ(entries[0].source, "test");
  EXPECT_EQ(entries[0].raw, "the bytes");
  EXPECT_EQ(entries[0].received_at, kReceived);
  EXPECT_EQ(entries[1].raw.size(), limits::kQuarantineRawBytesMax);
  EXPECT_EQ(entries[1].detail, "broken; raw bytes cut from 16391");
}

TEST_F(IntakeTest, ListsABoundedNumberOfRejectionsButCountsAll) {
  start();
  for (size_t i = 0; i < limits::kRejectionsListedMax + 5; ++i) {
    intake.reject(ErrorCode::kMalformedJson, {}, "x");
  }
  EXPECT_EQ(intake.rejections().size(), limits::kRejectionsListedMax);
  EXPECT_EQ(intake.seen() - intake.accepted(), limits::kRejectionsListedMax + 5);
  EXPECT_EQ(quarantine().size(), limits::kRejectionsListedMax + 5);
  start();
  EXPECT_EQ(intake.seen(), 0u);
  EXPECT_TRUE(intake.rejections().empty());
}

TEST_F(IntakeTest, RefusesAnEventWhoseRecordIsTooLargeAndLeavesTheParcelWhole) {
  const std::string id(limits::kIdBytesMax, 'x');
  start();
  intake.take(view(), {});
  RawEvent raw = view();
  raw.items.assign(1'000, RawItem{id, id, id, "1", 1});
  intake.take(raw, "big");
  intake.take(view(), {});
  EXPECT_EQ(codes(), std::vector{ErrorCode::kEventTooLarge});
  EXPECT_EQ(events().size(), 2u);
}

}  // namespace
}  // namespace rekindle::io
