#include "core/timeline.h"

#include <gtest/gtest.h>

#include "tests/core/event_samples.h"

namespace rekindle {
namespace {

using namespace testing_samples;

std::vector<int64_t> offsets(const Timeline& timeline, EventType type) {
  std::vector<int64_t> result;
  if (const auto* const list = timeline.find(type)) {
    for (const auto& entry : list->entries()) result.push_back((entry.at - kNoon).ms);
  }
  return result;
}

std::string encoded(const Timeline& timeline) {
  std::string out;
  ByteWriter writer(out);
  timeline.encode(writer);
  return out;
}

TEST(Timeline, KeepsListsByTypeOrderedByTime) {
  Timeline timeline;
  for (const int64_t offset : {50, 10, 30, 30, 90}) {
    ASSERT_TRUE(timeline.add(event_of(EventType::kSearch, kNoon + milliseconds(offset))));
  }
  ASSERT_TRUE(timeline.add(event_of(EventType::kPageView, kNoon)));
  EXPECT_EQ(offsets(timeline, EventType::kSearch), (std::vector<int64_t>{10, 30, 30, 50, 90}));
  ASSERT_EQ(timeline.lists().size(), 2u);
  EXPECT_EQ(timeline.lists()[0].type, EventType::kPageView);
  EXPECT_EQ(timeline.find(EventType::kLogin), nullptr);
}

TEST(Timeline, KeepsEqualTimesInOrderOfArrival) {
  Timeline timeline;
  for (const int64_t value : {1, 2, 3}) {
    Event event = event_of(EventType::kPurchase, kNoon);
    event.value = value;
    ASSERT_TRUE(timeline.add(event));
  }
  const auto entries = timeline.find(EventType::kPurchase)->entries();
  EXPECT_EQ(entries[0].value, 1);
  EXPECT_EQ(entries[2].value, 3);
}

TEST(Timeline, KeepsItemsOrdersWorthAndPieces) {
  Timeline timeline;
  Event event = event_of(EventType::kPurchase, kNoon,
                         {item_of("a", "shoes", 1'000, 2), item_of("b", "hats", 250, 3, "acme")});
  event.order_hash = name_hash("order 1");
  ASSERT_TRUE(timeline.add(event));
  ASSERT_TRUE(timeline.add(event_of(EventType::kPurchase, kNoon, {item_of("b", "hats")})));
  const auto entries = timeline.find(EventType::kPurchase)->entries();
  EXPECT_EQ(entries[0].value, 2'750);
  EXPECT_EQ(entries[0].pieces, 5u);
  EXPECT_EQ(timeline.order_of(entries[0]), name_hash("order 1"));
  ASSERT_EQ(entries[0].line_count, 2u);
  EXPECT_EQ(timeline.item_of(entries[0], 1),
            (ItemKey{item_name_hash("b"), item_name_hash("hats"), item_name_hash("acme")}));
  EXPECT_EQ(timeline.order_of(entries[1]), kNoName);
  EXPECT_EQ(entries[1].value, kNoMoney);
  EXPECT_EQ(timeline.item_of(entries[1], 0),
            (ItemKey{item_name_hash("b"), item_name_hash("hats"), kNoName}));
}

TEST(Timeline, RefusesATypeBeyondTheBoundOnLists) {
  Timeline timeline;
  for (size_t i = 0; i < limits::kTimelineListsMax; ++i) {
    ASSERT_TRUE(timeline.add(event_of(custom_type("t" + std::to_string(i)), kNoon)));
  }
  const std::string before = encoded(timeline);
  EXPECT_FALSE(timeline.add(event_of(EventType::kSearch, kNoon)));
  EXPECT_EQ(encoded(timeline), before);
  EXPECT_TRUE(timeline.add(event_of(custom_type("t7"), kNoon)));
}

TEST(Timeline, OverTheCapTheOldestOfTheLongestListBecomesATile) {
  Timeline timeline;
  ASSERT_TRUE(timeline.add(event_of(EventType::kLogin, kNoon - days(300))));
  for (size_t i = 0; i < limits::kTimelineEntriesMax; ++i) {
    ASSERT_TRUE(
        timeline.add(event_of(EventType::kSearch, kNoon + seconds(static_cast<int64_t>(i)))));
  }
  EXPECT_EQ(timeline.size(), limits::kTimelineEntriesMax);
  EXPECT_EQ(offsets(timeline, EventType::kLogin).size(), 1u);
  const auto* const list = timeline.find(EventType::kSearch);
  EXPECT_EQ(list->entries().front().at, kNoon + seconds(1));
  EXPECT_EQ(list->exact_since(), kNoon + milliseconds(1));
  EXPECT_EQ(list->tiles()->after(kNoon - days(1)).count, 1);

  // Late, before everything that is exact: straight to the tiles.
  ASSERT_TRUE(timeline.add(event_of(EventType::kSearch, kNoon)));
  EXPECT_EQ(timeline.size(), limits::kTimelineEntriesMax);
  EXPECT_EQ(list->tiles()->after(kNoon - days(1)).count, 2);
}

TEST(Timeline, MillionsOfEventsStayWithinAFewHundredKilobytes) {
  Timeline timeline;
  for (int64_t i = 0; i < 300'000; ++i) {
    Event event =
        event_of(i % 3 == 0 ? EventType::kViewItem : EventType::kPurchase, kNoon + seconds(97 * i),
                 {item_of(std::to_string(i)), item_of(std::to_string(i / 2))});
    event.order_hash = static_cast<NameHash>(i + 1);
    ASSERT_TRUE(timeline.add(event));
  }
  EXPECT_EQ(timeline.size(), limits::kTimelineEntriesMax);
  EXPECT_LT(timeline.memory_bytes(), 300'000u);
  EXPECT_LT(timeline.items_bound(), 4'000u);
}

TEST(Timeline, HugeOrdersPushOutOldOnesBeforeTheirLinesOverflow) {
  Timeline timeline;
  for (int64_t i = 0; i < 60; ++i) {
    Event event = event_of(EventType::kPurchase, kNoon + minutes(i));
    for (size_t line = 0; line < limits::kItemsPerEventMax; ++line) {
      Item item;
      item.product_hash = static_cast<NameHash>(i * 1'000 + static_cast<int64_t>(line) + 1);
      event.items.push_back(item);
    }
    ASSERT_TRUE(timeline.add(event));
    ASSERT_LE(timeline.items_bound(), limits::kTimelineItemsMax);
  }
  const auto* const list = timeline.find(EventType::kPurchase);
  ASSERT_NE(list->tiles(), nullptr);
  EXPECT_GT(list->entries().size(), 4u);
  EXPECT_EQ(list->entries().back().line_count, limits::kItemsPerEventMax);
  EXPECT_EQ(timeline.item_of(list->entries().back(), 0).product, NameHash{59'001});
  const std::string bytes = encoded(timeline);
  Timeline again;
  ByteReader reader(bytes);
  ASSERT_TRUE(again.decode(reader));
  EXPECT_EQ(encoded(again), bytes);
}

// One event a type is the newest of its type and must stay, so its lines go instead.
TEST(Timeline, TheNewestEntryOfATypeStaysEvenWithoutItsLines) {
  Timeline timeline;
  for (int64_t i = 0; i < 40; ++i) {
    Event event = event_of(custom_type("t" + std::to_string(i)), kNoon + minutes(i));
    event.items.resize(limits::kItemsPerEventMax, item_of("p"));
    ASSERT_TRUE(timeline.add(event));
  }
  ASSERT_EQ(timeline.lists().size(), 40u);
  size_t without = 0;
  for (const auto& list : timeline.lists()) {
    ASSERT_EQ(list.entries().size(), 1u);
    if (list.entries()[0].line_count != 0) continue;
    ++without;
    EXPECT_GT(list.exact_since(), list.entries()[0].at);
  }
  EXPECT_EQ(without, 40 - limits::kTimelineLinesMax / limits::kItemsPerEventMax);
}

TEST(Timeline, ManyDistinctItemsAreFoundAgain) {
  Timeline timeline;
  for (int round = 0; round < 2; ++round) {
    for (int64_t i = 0; i < 400; ++i) {
      ASSERT_TRUE(timeline.add(event_of(EventType::kViewItem, kNoon + seconds(i),
                                        {item_of("p" + std::to_string(i), "c")})));
    }
  }
  EXPECT_EQ(timeline.items_bound(), 400u);
}

TEST(Timeline, DamagedBytesAreRefusedOrStayWithinBounds) {
  Timeline timeline;
  for (int64_t i = 0; i < 30; ++i) {
    Event event =
        event_of(i % 2 == 0 ? EventType::kViewItem : EventType::kPurchase, kNoon + minutes(i),
                 {item_of(std::to_string(i % 5), "c"), item_of(std::to_string(i % 7))});
    if (i % 4 == 1) event.order_hash = static_cast<NameHash>(i);
    ASSERT_TRUE(timeline.add(event));
  }
  const std::string whole = encoded(timeline);
  for (size_t size = 0; size < whole.size(); ++size) {
    Timeline read;
    ByteReader reader(std::string_view(whole).substr(0, size));
    EXPECT_FALSE(read.decode(reader)) << size;
  }
  for (size_t at = 0; at < whole.size(); ++at) {
    for (const char flip : {'\x01', '\x80', '\xff'}) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ flip);
      Timeline read;
      ByteReader reader(damaged);
      if (!read.decode(reader)) continue;
      for (const auto& list : read.lists()) {
        for (const auto& entry : list.entries()) {
          for (size_t i = 0; i < entry.line_count; ++i) {
            ASSERT_LT(read.item_index(entry, i), read.items_bound());
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace rekindle
