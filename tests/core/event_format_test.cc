#include "core/event_format.h"

#include <gtest/gtest.h>

#include "core/limits.h"
#include "tests/core/event_samples.h"

namespace rekindle {
namespace {

using namespace testing_samples;

Event sample_event() {
  Event event = event_of(EventType::kPurchase, kNoon,
                         {item_of("p1", "shoes", 1'299, 2, "acme"), item_of("p2")});
  event.site = SiteId{0x11223344};
  event.visitor = {0x0102030405060708, 0x1112131415161718};
  event.visitor_name = "visitor-1";
  event.event_id = 77;
  event.received_at = WallTime{kNoon.ms + 250};
  event.value = 2'598;
  event.order = "order 1";
  event.coupon = "SPRING";
  event.url = "https://shop.example/p1";
  event.props = R"({"a":1})";
  return event;
}

std::string encoded(const Event& event) {
  std::string out;
  EXPECT_TRUE(append_event(event, out).has_value());
  return out;
}

// Bytes that version 1 wrote. They must stay readable for ever, and version 1 must keep writing
// them.
constexpr std::string_view kGoldenV1 =
    "9700000001011610080706050403020118171615141312110c000000000000004d000000000000000068e5cf"
    "8b010000fa68e5cf8b01000044332211260a0000000000000976697369746f722d31076f7264657220310653"
    "5052494e471768747470733a2f2f73686f702e6578616d706c652f7031077b2261223a317d02027031057368"
    "6f65730461636d6501a6140202703200000001";

TEST(EventFormat, Version1WritesAndReadsItsGoldenBytes) {
  EXPECT_EQ(hex_of(encoded(sample_event())), kGoldenV1);
  const std::string bytes = bytes_of_hex(kGoldenV1);
  Event read;
  ASSERT_TRUE(read_event(bytes, read).has_value());
  EXPECT_EQ(hex_of(encoded(read)), kGoldenV1);
}

TEST(EventFormat, EveryFieldReadsBackEqual) {
  const Event event = sample_event();
  const std::string bytes = encoded(event);
  Event read;
  ASSERT_TRUE(read_event(bytes, read).has_value());
  EXPECT_EQ(read.type, event.type);
  EXPECT_EQ(read.visitor, event.visitor);
  EXPECT_EQ(event_record_visitor(bytes), event.visitor);
  EXPECT_EQ(read.visitor_name, event.visitor_name);
  EXPECT_EQ(read.event_id, event.event_id);
  EXPECT_EQ(read.at, event.at);
  EXPECT_EQ(read.received_at, event.received_at);
  EXPECT_EQ(read.site, event.site);
  EXPECT_EQ(read.value, event.value);
  EXPECT_EQ(read.order, event.order);
  EXPECT_EQ(read.order_hash, name_hash("order 1"));
  EXPECT_EQ(read.coupon, event.coupon);
  EXPECT_EQ(read.url, event.url);
  EXPECT_EQ(read.query, "");
  EXPECT_EQ(read.props, event.props);
  ASSERT_EQ(read.items.size(), 2u);
  EXPECT_EQ(read.items[0].brand, "acme");
  EXPECT_EQ(read.items[0].price, 1'299);
  EXPECT_EQ(read.items[0].quantity, 2u);
  EXPECT_EQ(read.items[0].category_hash, item_name_hash("shoes"));
  EXPECT_EQ(read.items[1].price, kNoMoney);
}

TEST(EventFormat, ReadingIntoAUsedEventLeavesNothingBehind) {
  Event event = sample_event();
  event.is_duplicate = true;
  const std::string bytes = encoded(event_of(EventType::kSearch, kNoon));
  ASSERT_TRUE(read_event(bytes, event).has_value());
  EXPECT_TRUE(event.items.empty());
  EXPECT_EQ(event.coupon, "");
  EXPECT_EQ(event.value, kNoMoney);
  EXPECT_FALSE(event.is_duplicate);
}

TEST(EventFormat, RecordsCanLieBackToBack) {
  std::string bytes = encoded(sample_event());
  const size_t first = bytes.size();
  bytes += encoded(event_of(EventType::kSearch, kNoon));
  EXPECT_EQ(event_record_size(bytes), first);
  EXPECT_EQ(event_record_size(std::string_view(bytes).substr(first)), bytes.size() - first);
  EXPECT_EQ(event_record_size(std::string_view(bytes).substr(0, first - 1)), 0u);
}

TEST(EventFormat, AnEventOverTheBoundIsRefusedWhole) {
  Event event = sample_event();
  const std::string long_props(limits::kEventRecordBytesMax, 'x');
  event.props = long_props;
  std::string out = "before";
  EXPECT_EQ(append_event(event, out).error().code, ErrorCode::kEventTooLarge);
  EXPECT_EQ(out, "before");
}

TEST(EventFormat, CutsDamageAndNewerVersionsAreRefused) {
  const std::string whole = encoded(sample_event());
  Event read;
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(read_event(std::string_view(whole).substr(0, size), read).error().code,
              ErrorCode::kCorruptRecord)
        << size;
  }
  std::string newer = whole;
  newer[4] = kEventFormatVersion + 1;
  EXPECT_EQ(read_event(newer, read).error().code, ErrorCode::kNewerVersion);
  for (size_t at = 4; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x7f);
    if (read_event(damaged, read).has_value()) {
      EXPECT_LE(read.items.size(), limits::kItemsPerEventMax);
    }
  }
}

TEST(EventFormat, WhatIsLeftOfAnErasedEventIsItsPlaceAndTime) {
  const std::string whole = encoded(sample_event());
  EXPECT_FALSE(is_erased_event(whole));
  std::string left;
  append_erased_event(77, event_record_at(whole), left);
  EXPECT_EQ(event_record_size(left), left.size());
  EXPECT_TRUE(is_erased_event(left));
  EXPECT_EQ(erased_event_number(left), 77u);
  EXPECT_EQ(event_record_at(left), sample_event().at);
  Event read;
  ASSERT_TRUE(read_event(left, read));
  EXPECT_EQ(read.visitor_name, "");
  EXPECT_EQ(read.type, EventType::kNone);
}

TEST(Event, WorthIsTheValueElseTheItems) {
  Event event = sample_event();
  EXPECT_EQ(worth_of(event), 2'598);
  event.value = kNoMoney;
  EXPECT_EQ(worth_of(event), 2 * 1'299);
  EXPECT_EQ(pieces_of(event), 3u);
  event.items = {item_of("p")};
  EXPECT_EQ(worth_of(event), kNoMoney);
  event.items = {item_of("p", "", limits::kMoneyMinorMax, 2)};
  EXPECT_EQ(worth_of(event), kNoMoney);
}

TEST(EventFormat, ACrawlersEventDiffersInOneBit) {
  Event event = sample_event();
  const std::string plain = encoded(event);
  event.is_bot = true;
  std::string marked = encoded(event);
  Event read;
  ASSERT_TRUE(read_event(marked, read).has_value());
  EXPECT_TRUE(read.is_bot);
  EXPECT_FALSE(is_erased_event(marked));
  marked[5] = static_cast<char>(marked[5] & ~4);
  EXPECT_EQ(hex_of(plain), hex_of(marked));
  ASSERT_TRUE(read_event(plain, read).has_value());
  EXPECT_FALSE(read.is_bot);
}

}  // namespace
}  // namespace rekindle
