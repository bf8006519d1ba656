// Counting customers by value, and where cuts lie, against counting afresh.
#include "core/rank_column.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace rekindle {
namespace {

constexpr uint32_t kOnePercent = kRankShareOne / 100;

// By the words of RankCut, in whole numbers.
bool should_be_above(const RankCut& cut, const RankValue& value,
                     const std::vector<RankValue>& all) {
  const auto less = std::count_if(all.begin(), all.end(), [&](auto& v) { return v < value; });
  const auto more = std::count_if(all.begin(), all.end(), [&](auto& v) { return v > value; });
  const int64_t share_of_all = static_cast<int64_t>(cut.share) * static_cast<int64_t>(all.size());
  switch (cut.kind) {
    case RankCut::Kind::kTop: return more * kRankShareOne < share_of_all;
    case RankCut::Kind::kAtLeast: return less * kRankShareOne >= share_of_all;
    case RankCut::Kind::kMoreThan: return less * kRankShareOne > share_of_all;
  }
  return false;
}

void expect_cuts_as_counted(const std::vector<RankValue>& all, const RankColumn& column) {
  for (const auto kind : {RankCut::Kind::kTop, RankCut::Kind::kAtLeast, RankCut::Kind::kMoreThan}) {
    for (const uint32_t percent : {1u, 5u, 20u, 25u, 33u, 50u, 80u, 99u, 100u}) {
      const RankCut cut{RankMetric::kRevenue, kind, percent * kOnePercent};
      const RankPosition position = position_of(cut, column);
      for (const RankValue& value : all) {
        ASSERT_EQ(RankPosition::at(value) >= position, should_be_above(cut, value, all))
            << all.size() << " customers, kind " << static_cast<int>(kind) << ", " << percent
            << " %, value " << value.top << "/" << value.bottom;
      }
    }
  }
}

TEST(RankColumn, CutsLieWhereCountingPutsThemWithTiesAndInSmallShops) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 60; ++round) {
    RankColumn column;
    std::vector<RankValue> all;
    const int64_t values = round % 2 == 0 ? 4 : 1'000;  // many ties, or hardly any
    const int customers = round < 20 ? round % 7 : 100;
    for (int i = 0; i < customers; ++i) {
      all.push_back({static_cast<int64_t>(random() % static_cast<uint64_t>(values)) - values / 3,
                     1 + static_cast<int64_t>(random() % 3)});
      column.add(all.back());
    }
    ASSERT_NO_FATAL_FAILURE(expect_cuts_as_counted(all, column));
  }
}

TEST(RankColumn, NobodyIsAboveACutOfNobody) {
  EXPECT_EQ(position_of({RankMetric::kAov, RankCut::Kind::kTop, kOnePercent}, RankColumn{}),
            RankPosition::after_all());
}

TEST(RankColumn, StaysInOrderThroughManyChanges) {
  std::mt19937_64 random(5);
  RankColumn column;
  std::vector<RankValue> all;
  for (int i = 0; i < 40'000; ++i) {
    if (random() % 3 == 0 && !all.empty()) {
      const size_t place = random() % all.size();
      column.remove(all[place]);
      all[place] = all.back();
      all.pop_back();
    } else {
      all.push_back({static_cast<int64_t>(random() % 20'000), 1});
      column.add(all.back());
    }
  }
  std::sort(all.begin(), all.end());
  ASSERT_EQ(column.size(), static_cast<int64_t>(all.size()));
  for (size_t i = 0; i < all.size(); ++i) ASSERT_EQ(column.nth(static_cast<int64_t>(i)), all[i]);
  for (int64_t value = -1; value < 20'001; value += 7) {
    const auto next = std::upper_bound(all.begin(), all.end(), RankValue{value});
    const auto found = column.above({value});
    ASSERT_EQ(found.has_value(), next != all.end());
    if (found) {
      ASSERT_EQ(*found, *next);
    }
  }
  for (const RankValue& value : all) column.remove(value);
  EXPECT_EQ(column.size(), 0);
}

TEST(RankValue, FractionsAreEqualWhateverMadeThemUp) {
  EXPECT_EQ((RankValue{100, 2}), (RankValue{50, 1}));
  EXPECT_LT((RankValue{-1, 3}), (RankValue{0, 7}));
  EXPECT_LT((RankValue{INT64_MAX - 1, INT64_MAX}), (RankValue{1, 1}));
}

}  // namespace
}  // namespace rekindle
