#include "core/visitor_format.h"

#include <gtest/gtest.h>

#include "core/event_addition.h"
#include "core/limits.h"
#include "tests/core/event_samples.h"

namespace rekindle {
namespace {

using namespace testing_samples;

// A visitor with something in every section.
Visitor sample_visitor() {
  Visitor visitor;
  visitor.site = SiteId{0x11223344};
  visitor.number = 300;
  visitor.name = "visitor-1";
  visitor.first_seen = kNoon;
  visitor.last_seen = kNoon + minutes(3);
  visitor.deadline = kNoon + minutes(33);
  visitor.seen.event_ids = {101, 102};
  visitor.seen.orders = {201};
  Event view = event_of(EventType::kViewItem, kNoon);
  view.items.resize(1);
  view.items[0].product_hash = 1;
  view.items[0].category_hash = 2;
  view.items[0].brand_hash = 3;
  view.items[0].price = 999;
  static_cast<void>(visitor.timeline.add(view));
  view.at = kNoon + seconds(40);
  view.items[0].product_hash = 4;
  static_cast<void>(visitor.timeline.add(view));
  Event order = view;
  order.type = EventType::kPurchase;
  order.at = kNoon + minutes(3);
  order.order_hash = 201;
  order.items.push_back(order.items[0]);
  order.items[1].product_hash = 1;
  order.items[1].quantity = 4;
  static_cast<void>(visitor.timeline.add(order));
  visitor.lifetime = {3, 1, 4'995, 100, 1, kNoon + minutes(3), kNoon + minutes(3)};
  visitor.cart.lines.push_back({4, 2, 2, 999, kNoon + minutes(1)});
  visitor.cart.lines.push_back({5, 0, 1, kNoMoney, kNoon + minutes(2)});
  visitor.cart.changed_at = kNoon + minutes(2);
  visitor.session = {kNoon, kNoon + minutes(3), 3, true};
  visitor.memberships.push_back({AudienceId{1}, 1, kNoon});
  visitor.memberships.push_back({AudienceId{12}, 3, kNoon + minutes(3)});
  return visitor;
}

std::string encoded(const Visitor& visitor) {
  std::string out;
  encode_visitor(visitor, out);
  return out;
}

// Bytes that version 1 wrote. They must stay readable for ever, and version 1 must keep writing
// them.
constexpr std::string_view kGoldenV1 =
    "01010f44332211ac0276697369746f722d31020e0780a0abfef962c0fc1580dddb01031065000000000000006600"
    "0000000000000408c900000000000000053d02150100000000000200000000000300000000002904000000000002"
    "0204000ace0f00c0b8020ace0f010c02c0fc1517864e05c9000000000000000100060b031f01864ec80101c0fc15"
    "071e0180d30e0217040000000000020000000000ce0fbfa90708050000000000080500c0fc1503090702042f03c0"
    "fc15";

TEST(VisitorFormat, Version1WritesAndReadsItsGoldenBytes) {
  EXPECT_EQ(hex_of(encoded(sample_visitor())), kGoldenV1);
  Visitor read;
  ASSERT_TRUE(decode_visitor(bytes_of_hex(kGoldenV1), read).has_value());
  EXPECT_EQ(hex_of(encoded(read)), kGoldenV1);
}

// A view of the sample's visitor, as it was noted, then the visitor with it.
std::string appended(Visitor& visitor) {
  Event view = event_of(EventType::kViewItem, kNoon + minutes(4), {item_of("p1", "c1", 500, 2)});
  view.event_id = 103;
  view.is_remembered = view.is_kept = true;
  std::string additions;
  ByteWriter writer(additions);
  put_addition(view, writer);
  visitor.seen.add_event(103);
  EXPECT_TRUE(visitor.timeline.add(view));
  visitor.last_seen = view.at;
  visitor.lifetime.events = 4;
  visitor.session = {};
  std::string out;
  encode_appended(visitor, additions, out);
  return out;
}

constexpr std::string_view kGoldenAppended =
    "00020e0780a0abfef96280a61dc0b3d401060b041f01864ec80101c0fc15071e0180d30e02170400000000000200"
    "00000000ce0fbfa90708050000000000090702042f03c0fc151f203d02670000000000000080c6c8fef962d00f02"
    "0564e30b51ccfd0256a9c926ff";

TEST(VisitorFormat, Version1AppendsItsGoldenBytes) {
  Visitor visitor = sample_visitor();
  const std::string bytes = appended(visitor);
  EXPECT_EQ(hex_of(bytes), kGoldenAppended);
  Visitor read;
  const auto size = decode_visitor(bytes_of_hex(kGoldenV1) + bytes_of_hex(kGoldenAppended), read);
  ASSERT_TRUE(size.has_value());
  EXPECT_EQ(size->whole, kGoldenV1.size() / 2);
  EXPECT_EQ(size->appended, kGoldenAppended.size() / 2);
  EXPECT_EQ(size->appends, 1u);
  EXPECT_EQ(hex_of(encoded(read)), hex_of(encoded(visitor)));
  EXPECT_FALSE(read.session.open);
}

TEST(VisitorFormat, WhatIsAppendedIsRefusedWhereItCannotBe) {
  Visitor visitor = sample_visitor();
  const std::string whole = encoded(visitor);
  const std::string more = appended(visitor);
  Visitor read;
  EXPECT_FALSE(decode_visitor(more, read).has_value());  // behind nothing
  EXPECT_FALSE(decode_visitor(whole + '\0', read).has_value());
  EXPECT_FALSE(decode_visitor(whole + '\0' + more, read).has_value());
  EXPECT_FALSE(decode_visitor(whole + '\0' + whole.substr(1), read).has_value());  // its lists
  EXPECT_FALSE(decode_visitor(whole + more.substr(more.find('\x1f')), read).has_value());
  ASSERT_TRUE(decode_visitor(whole + more + more, read).has_value());
  for (size_t size = 1; size < more.size(); ++size) {
    const auto result = decode_visitor(whole + more.substr(0, size), read);
    if (!result) {
      EXPECT_EQ(result.error().code, ErrorCode::kCorruptRecord);
    }
  }
}

TEST(VisitorFormat, EverySectionReadsBackEqual) {
  const Visitor visitor = sample_visitor();
  Visitor read;
  read.key = {7, 8};
  ASSERT_TRUE(decode_visitor(encoded(visitor), read).has_value());
  EXPECT_EQ(read.key, (VisitorKey{7, 8}));
  EXPECT_EQ(read.site, visitor.site);
  EXPECT_EQ(read.number, visitor.number);
  EXPECT_EQ(read.name, visitor.name);
  EXPECT_EQ(read.first_seen, visitor.first_seen);
  EXPECT_EQ(read.last_seen, visitor.last_seen);
  EXPECT_EQ(read.deadline, visitor.deadline);
  EXPECT_EQ(read.seen.event_ids, visitor.seen.event_ids);
  EXPECT_EQ(read.seen.orders, visitor.seen.orders);
  EXPECT_EQ(read.lifetime, visitor.lifetime);
  EXPECT_EQ(read.cart.lines[0].changed_at, visitor.cart.lines[0].changed_at);
  EXPECT_EQ(read.cart.lines[0].category, visitor.cart.lines[0].category);
  EXPECT_EQ(read.membership({AudienceId{1}, 1})->since,
            visitor.membership({AudienceId{1}, 1})->since);
  ASSERT_EQ(read.cart.lines.size(), 2u);
  EXPECT_EQ(read.cart.value(), visitor.cart.value());
  EXPECT_EQ(read.cart.lines[1].price, kNoMoney);
  EXPECT_EQ(read.cart.changed_at, visitor.cart.changed_at);
  EXPECT_TRUE(read.session.open);
  EXPECT_EQ(read.session.last, visitor.session.last);
  EXPECT_EQ(read.membership({AudienceId{12}, 3})->definition_version, 3u);
  const auto* const orders = read.timeline.find(EventType::kPurchase);
  ASSERT_NE(orders, nullptr);
  EXPECT_EQ(read.timeline.order_of(orders->entries()[0]), NameHash{201});
  EXPECT_EQ(read.timeline.item_of(orders->entries()[0], 1), (ItemKey{1, 2, 3}));
  EXPECT_EQ(orders->entries()[0].pieces, 5u);
}

TEST(VisitorFormat, AVisitorWithNothingIsItsIdentityOnly) {
  Visitor visitor;
  visitor.name = "v";
  const std::string bytes = encoded(visitor);
  EXPECT_EQ(bytes.size(), 1 + 2 + 4 + 1 + 1u);
  Visitor read = sample_visitor();
  ASSERT_TRUE(decode_visitor(bytes, read).has_value());
  EXPECT_EQ(read.first_seen, EventTime::never());
  EXPECT_EQ(read.last_seen, EventTime::before_all());
  EXPECT_FALSE(read.session.open);
  EXPECT_TRUE(read.timeline.lists().empty());
}

TEST(VisitorFormat, AFullRingIsStoredOldestFirst) {
  Visitor visitor;
  for (size_t i = 0; i < limits::kDedupeIdsMax; ++i) visitor.seen.event_ids.push_back(i + 1);
  visitor.seen.event_ids[0] = 9'999;  // newest
  visitor.seen.next = 1;
  Visitor read;
  ASSERT_TRUE(decode_visitor(encoded(visitor), read).has_value());
  EXPECT_EQ(read.seen.event_ids.front(), NameHash{2});
  EXPECT_EQ(read.seen.event_ids.back(), NameHash{9'999});
  EXPECT_EQ(read.seen.next, 0u);
  EXPECT_EQ(encoded(read), encoded(visitor));
}

TEST(VisitorFormat, CutsAreRefusedAndDamageNeverReadsBeyondTheBytes) {
  const std::string whole = encoded(sample_visitor());
  size_t shorter_but_whole = 0;
  for (size_t size = 0; size < whole.size(); ++size) {
    Visitor read;
    const auto result = decode_visitor(std::string_view(whole).substr(0, size), read);
    // A cut between two sections is a shorter record.
    if (result.has_value()) ++shorter_but_whole;
    if (!result) {
      EXPECT_EQ(result.error().code, ErrorCode::kCorruptRecord);
    }
  }
  EXPECT_EQ(shorter_but_whole, 8u);
  for (size_t at = 0; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    Visitor read;
    if (decode_visitor(damaged, read).has_value()) {
      EXPECT_FALSE(encoded(read).empty());
    }
  }
}

TEST(VisitorFormat, ANewerVersionAndForeignTagsAreRefusedOrSkipped) {
  std::string bytes = encoded(sample_visitor());
  Visitor read;
  const std::string with_new_section = bytes + std::string("\x40\x02zz", 4);
  ASSERT_TRUE(decode_visitor(with_new_section, read).has_value());
  EXPECT_EQ(encoded(read), bytes);
  bytes[0] = kVisitorFormatVersion + 1;
  EXPECT_EQ(decode_visitor(bytes, read).error().code, ErrorCode::kNewerVersion);
  bytes[0] = 0;
  EXPECT_EQ(decode_visitor(bytes, read).error().code, ErrorCode::kCorruptRecord);
}

}  // namespace
}  // namespace rekindle
