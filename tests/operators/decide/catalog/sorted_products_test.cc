#include "operators/decide/catalog/sorted_products.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace rekindle::operators {
namespace {

using Entry = SortedProducts::Entry;

std::vector<Entry> up_from(const SortedProducts& list, int64_t least) {
  std::vector<Entry> seen;
  list.ascend(least, [&](const Entry& entry) { return seen.push_back(entry), true; });
  return seen;
}

std::vector<Entry> down_from(const SortedProducts& list, int64_t most) {
  std::vector<Entry> seen;
  list.descend(most, [&](const Entry& entry) { return seen.push_back(entry), true; });
  return seen;
}

TEST(SortedProducts, StopsWhereItIsTold) {
  SortedProducts list;
  list.assign({{3, 30}, {1, 10}, {2, 20}});
  int seen = 0;
  list.ascend(2, [&](const Entry& entry) { return ++seen, entry.key < 2; });
  EXPECT_EQ(seen, 1);
  list.descend(2, [&](const Entry& entry) { return ++seen, entry.key > 2; });
  EXPECT_EQ(seen, 2);
}

// Property: against an ordered set, through many splits and empty chunks.
TEST(SortedProducts, AgreesWithAnOrderedSet) {
  std::mt19937 random(7);
  SortedProducts list;
  std::set<Entry> naive;
  for (int step = 0; step < 20'000; ++step) {
    const Entry entry{static_cast<int64_t>(random() % 2'000), 1 + random() % 3};
    const bool shrinks = step > 12'000;
    if (naive.contains(entry)) {
      list.erase(entry);
      naive.erase(entry);
    } else if (!shrinks) {
      list.insert(entry);
      naive.insert(entry);
    }
    ASSERT_EQ(list.size(), naive.size());
    if (step % 1'000 != 0) continue;
    const auto key = static_cast<int64_t>(random() % 2'100);
    const auto first = naive.lower_bound({key, kNoName});
    EXPECT_EQ(up_from(list, key), std::vector<Entry>(first, naive.end()));
    const auto last = naive.upper_bound({key, ~NameHash{0}});
    std::vector<Entry> down(naive.begin(), last);
    std::reverse(down.begin(), down.end());
    EXPECT_EQ(down_from(list, key), down);
  }
}

TEST(SortedProducts, ACopyKeepsWhatItHad) {
  SortedProducts list;
  for (int64_t i = 0; i < 1'000; ++i) list.insert({i, 1});
  const SortedProducts copy = list;
  for (int64_t i = 0; i < 1'000; i += 2) list.erase({i, 1});
  list.insert({5'000, 1});
  EXPECT_EQ(copy.size(), 1'000u);
  EXPECT_EQ(up_from(copy, 0).size(), 1'000u);
  EXPECT_EQ(up_from(list, 0).size(), 501u);
}

}  // namespace
}  // namespace rekindle::operators
