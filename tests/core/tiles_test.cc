#include "core/tiles.h"

#include <gtest/gtest.h>

#include "core/event.h"
#include "tests/core/event_samples.h"

namespace rekindle {
namespace {

using namespace testing_samples;

// A day boundary, so that tiles of every width start here.
constexpr EventTime kMidnight{1'699'920'000'000};
static_assert(kMidnight.ms % days(1).ms == 0);

TEST(Tiles, ATileCutByTheEdgeCountsWholeWhileItsMiddleIsInside) {
  Tiles tiles;
  tiles.add(kMidnight + seconds(5), 100, 2);
  tiles.add(kMidnight + seconds(55), kNoMoney, 1);
  const EventTime middle = kMidnight + seconds(30);
  const auto whole = tiles.after(middle - milliseconds(1));
  EXPECT_EQ(whole.count, 2);
  EXPECT_EQ(whole.value, 100);
  EXPECT_EQ(whole.valued, 1);
  EXPECT_EQ(whole.pieces, 3);
  EXPECT_EQ(tiles.after(middle).count, 0);
  EXPECT_EQ(tiles.next_edge(kMidnight), middle);
  EXPECT_EQ(tiles.next_edge(middle), EventTime::never());
}

TEST(Tiles, OldTilesFoldIntoCoarserOnesWithoutLosingAnything) {
  Tiles tiles;
  int64_t added = 0;
  for (int64_t minute = 0; minute < 60 * 24 * 30; minute += 7) {
    tiles.add(kMidnight + minutes(minute), 10, 1);
    ++added;
  }
  const auto all = tiles.after(kMidnight - days(1));
  EXPECT_EQ(all.count, added);
  EXPECT_EQ(all.value, 10 * added);
  // 1 min for up to 4 h, 1 h for up to 10 d, 1 d for the rest.
  EXPECT_LT(tiles.memory_bytes(), (240 + 240 + 32) * 2 * 48u);
  // The last two hours are known to the minute.
  const EventTime newest = kMidnight + minutes(60 * 24 * 30 - 1);
  const int64_t recent = tiles.after(newest - hours(2)).count;
  EXPECT_NEAR(static_cast<double>(recent), 120 / 7, 2);
}

TEST(Tiles, ThoseOfTwoAddUpWhicheverIsNewer) {
  Tiles old;
  Tiles recent;
  Tiles all;
  for (int64_t minute = 0; minute < 60 * 24 * 30; minute += 7) {
    const EventTime at = kMidnight + minutes(minute);
    (minute < 60 * 24 * 20 ? old : recent).add(at, 10, 1);
    all.add(at, 10, 1);
  }
  Tiles forward = old;
  forward.add(recent);
  Tiles backward = recent;
  backward.add(old);
  for (int64_t hour = -1; hour < 24 * 31; ++hour) {
    const EventTime after = kMidnight + hours(hour);
    EXPECT_EQ(forward.after(after).count, all.after(after).count) << hour;
    EXPECT_EQ(forward.after(after).value, all.after(after).value) << hour;
    EXPECT_EQ(backward.after(after).count, all.after(after).count) << hour;
  }
}

TEST(Tiles, ForgetsWhatNoWindowCanReach) {
  Tiles tiles;
  tiles.add(kMidnight, 1, 1);
  tiles.add(kMidnight + days(500), 1, 1);
  EXPECT_EQ(tiles.after(kMidnight - days(2)).count, 1);
  tiles.add(kMidnight + days(1), 1, 1);  // later still, for an instant out of reach
  EXPECT_EQ(tiles.after(kMidnight - days(2)).count, 1);
}

TEST(Tiles, EventsOutOfOrderLandInTheirTile) {
  Tiles forward;
  Tiles backward;
  for (int64_t i = 0; i < 200; ++i) {
    forward.add(kMidnight + hours(i), i, 1);
    backward.add(kMidnight + hours(199 - i), 199 - i, 1);
  }
  for (int64_t i = -30; i < 230; i += 5) {
    EXPECT_EQ(forward.after(kMidnight + hours(i)).value, backward.after(kMidnight + hours(i)).value)
        << i;
  }
}

TEST(Tiles, SumsSaturateInsteadOfWrapping) {
  Tiles tiles;
  tiles.add(kMidnight, INT64_MAX - 1, UINT32_MAX);
  tiles.add(kMidnight, INT64_MAX - 1, UINT32_MAX);
  EXPECT_EQ(tiles.after(kMidnight - days(1)).value, INT64_MAX);
}

TEST(Tiles, ReadBackEqualAndRefuseDamage) {
  Tiles tiles;
  for (int64_t i = 0; i < 5'000; ++i)
    tiles.add(kMidnight + minutes(11 * i), i % 3 ? i : kNoMoney, 2);
  std::string bytes;
  ByteWriter writer(bytes);
  tiles.encode(writer);
  Tiles read;
  ByteReader reader(bytes);
  ASSERT_TRUE(read.decode(reader));
  EXPECT_TRUE(reader.at_end());
  std::string again;
  ByteWriter again_writer(again);
  read.encode(again_writer);
  EXPECT_EQ(again, bytes);
  for (size_t size = 0; size < bytes.size(); size += 3) {
    Tiles cut;
    ByteReader cut_reader(std::string_view(bytes).substr(0, size));
    EXPECT_FALSE(cut.decode(cut_reader)) << size;
  }
}

}  // namespace
}  // namespace rekindle
