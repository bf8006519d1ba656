// Counts in a random history against a map and a sort, asked at random times.
#include "operators/decide/learnt/heavy_counts.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <vector>

namespace rekindle::operators {
namespace {

constexpr size_t kServed = 8;
using Counts = HeavyCounts<uint32_t, kServed>;

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
  std::map<uint32_t, int64_t> got;
  int64_t before = INT64_MAX;
  for (const auto& entry : counts.heaviest()) {
    EXPECT_LE(entry.units, before);
    before = entry.units;
    EXPECT_EQ(entry.count, naive.of().at(entry.key).size());
    got[entry.key] = entry.units;
  }
  ASSERT_EQ(got, naive.heaviest());
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
  EXPECT_TRUE(counts.empty());
  EXPECT_TRUE(counts.heaviest().empty());
  EXPECT_TRUE(counts.add(7, 0));
  EXPECT_EQ(counts.heaviest().size(), 1);
  EXPECT_TRUE(counts.subtract(7, 0));
  EXPECT_TRUE(counts.heaviest().empty());
}

}  // namespace
}  // namespace rekindle::operators
