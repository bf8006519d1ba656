// Counts in a random history against a map and a sort, asked at random times.
#include "operators/decide/learnt/heavy_counts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <vector>

namespace rekindle::operators {
namespace {

constexpr size_t kServed = 8;

// Counts as who hands out copies has them.
class Counts {
 public:
  ~Counts() { x_counts.clear(x_versions); }
  bool add(NameNumber key, int64_t units) { return x_counts.add(key, units, x_versions); }
  bool subtract(NameNumber key, int64_t units) { return x_counts.subtract(key, units, x_versions); }
  [[nodiscard]] size_t size() const { return x_counts.size(); }

  struct Copy {
    CountTable front;
    Versions::Hold hold;
  };
  [[nodiscard]] Copy copy() {
    x_counts.settle(x_versions);
    return {x_counts.front(), x_versions.begin_next()};
  }

 private:
  HeavyCounts<kServed> x_counts;
  Versions x_versions;
};

// The kServed heaviest of a copy, with all that weigh as much as the last of them.
std::map<NameNumber, int64_t> heaviest_of(const Counts::Copy& copy) {
  std::vector<HeavyCount> all;
  copy.front.for_each([&](const HeavyCount& entry) { all.push_back(entry); });
  std::sort(all.begin(), all.end(),
            [](const HeavyCount& a, const HeavyCount& b) { return a.units > b.units; });
  std::map<NameNumber, int64_t> best;
  for (const HeavyCount& entry : all) {
    if (best.size() >= kServed && entry.units < all[kServed - 1].units) break;
    best[entry.key] = entry.units;
  }
  return best;
}

// What was added and not subtracted, one by one.
class Naive {
 public:
  void add(uint32_t key, int64_t units) { x_of[key].push_back(units); }
  int64_t subtract_any(uint32_t key, std::mt19937& random) {
    std::vector<int64_t>& all = x_of.at(key);
    const size_t at = random() % all.size();
    const int64_t units = all[at];
    all.erase(all.begin() + static_cast<ptrdiff_t>(at));
    if (all.empty()) x_of.erase(key);
    return units;
  }
  [[nodiscard]] const std::map<uint32_t, std::vector<int64_t>>& of() const { return x_of; }
  [[nodiscard]] bool has(uint32_t key) const { return x_of.contains(key); }

  // The heaviest, with all that weigh as much as the last of them.
  [[nodiscard]] std::map<uint32_t, int64_t> heaviest() const {
    std::multimap<int64_t, uint32_t, std::greater<>> by_units;
    for (const auto& [key, all] : x_of) {
      int64_t sum = 0;
      for (const int64_t units : all) sum += units;
      by_units.emplace(sum, key);
    }
    std::map<uint32_t, int64_t> best;
    int64_t last = 0;
    for (const auto& [units, key] : by_units) {
      if (best.size() >= kServed && units < last) break;
      best[key] = last = units;
    }
    return best;
  }

 private:
  std::map<uint32_t, std::vector<int64_t>> x_of;
};

void expect_equal(Counts& counts, const Naive& naive) {
  ASSERT_EQ(counts.size(), naive.of().size());
  const Counts::Copy copy = counts.copy();
  copy.front.for_each(
      [&](const HeavyCount& entry) { EXPECT_EQ(entry.count, naive.of().at(entry.key).size()); });
  ASSERT_EQ(heaviest_of(copy), naive.heaviest());
}

// Arguments: how many keys, how different units are (1: all the same), one in how many is asked.
struct Case {
  uint32_t keys;
  int64_t spread;
  uint32_t asked;
};

class HeavyCountsHistory : public testing::TestWithParam<Case> {};

TEST_P(HeavyCountsHistory, IsWhatASortFinds) {
  const auto [keys, spread, asked] = GetParam();
  for (uint32_t seed = 0; seed < 20; ++seed) {
    std::mt19937 random(seed);
    Counts counts;
    Naive naive;
    Counts::Copy kept = counts.copy();  // an older copy stays what it was
    std::map<uint32_t, int64_t> kept_heaviest;
    for (int step = 0; step < 3'000; ++step) {
      const auto key = static_cast<uint32_t>(std::min(random() % keys, random() % keys));
      // Times at which there is more to add, and times at which there is more to take out.
      const bool takes_out = random() % 100 < (step / 500 % 2 == 0 ? 30 : 65);
      if (takes_out && naive.has(key)) {
        const int64_t units = naive.subtract_any(key, random);
        EXPECT_EQ(counts.subtract(key, units), !naive.has(key));
      } else {
        const auto units = static_cast<int64_t>(random()) % spread;
        EXPECT_EQ(counts.add(key, units), !naive.has(key));
        naive.add(key, units);
      }
      if (random() % asked != 0) continue;
      ASSERT_NO_FATAL_FAILURE(expect_equal(counts, naive)) << step;
      ASSERT_EQ(heaviest_of(kept), kept_heaviest) << step;
      if (random() % 8 != 0) continue;
      kept = counts.copy();
      kept_heaviest = heaviest_of(kept);
    }
    ASSERT_NO_FATAL_FAILURE(expect_equal(counts, naive));
  }
}
INSTANTIATE_TEST_SUITE_P(All, HeavyCountsHistory,
                         testing::Values(Case{5, 100, 3}, Case{20, 1, 5}, Case{40, 3, 7},
                                         Case{300, 2, 20}, Case{300, 1'000'000, 1},
                                         Case{2'000, 1'000, 40}, Case{2'000, 5, 1'000}));

TEST(HeavyCounts, HoldsNothingAtFirst) {
  Counts counts;
  EXPECT_EQ(counts.size(), 0u);
  EXPECT_EQ(counts.copy().front.size(), 0u);
  EXPECT_TRUE(counts.add(7, 0));
  EXPECT_EQ(counts.copy().front.size(), 1u);
  EXPECT_TRUE(counts.subtract(7, 0));
  EXPECT_EQ(counts.copy().front.size(), 0u);
}

// So what a reader looks at is bounded, however much is counted.
TEST(HeavyCounts, TheFrontStaysSmall) {
  Counts counts;
  for (NameNumber key = 1; key <= 100'000; ++key) counts.add(key, key);
  EXPECT_EQ(counts.size(), 100'000u);
  EXPECT_LE(counts.copy().front.size(), 192u);
}

}  // namespace
}  // namespace rekindle::operators
