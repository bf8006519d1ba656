#include "operators/clv/clv_histogram.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "tests/operators/clv/random_customers.h"

namespace rekindle::operators {
namespace {

using samples::RandomCustomers;

constexpr EventTime kNow{1'700'000'000'000};  // 2023-11-14

PurchaseHistory history(int64_t orders, int64_t first_day, int64_t last_day, int64_t revenue) {
  return {orders, EventTime{} + days(first_day), EventTime{} + days(last_day), revenue};
}

TEST(ClvHistogram, ACustomerIsACellInDays) {
  ClvHistogram histogram;
  histogram.add(history(3, 19'000, 19'030, 6'000));
  const auto repeats = histogram.repeat_cells(EventTime{} + days(19'100) + hours(7));
  ASSERT_EQ(repeats.size(), 1u);
  EXPECT_EQ(repeats[0].customer.x, 2);
  EXPECT_EQ(repeats[0].customer.t_x, 30);
  EXPECT_EQ(repeats[0].customer.age, 100);
  EXPECT_EQ(repeats[0].weight, 1);
  const auto spend = histogram.spend_cells();
  ASSERT_EQ(spend.size(), 1u);
  EXPECT_EQ(spend[0].customer.purchases, 3);
  EXPECT_EQ(spend[0].customer.mean, 2'000);
}

TEST(ClvHistogram, TimePassesWithoutTouchingIt) {
  ClvHistogram histogram;
  histogram.add(history(1, 19'000, 19'000, 100));
  EXPECT_EQ(histogram.repeat_cells(EventTime{} + days(19'000))[0].customer.age, 0);
  EXPECT_EQ(histogram.repeat_cells(EventTime{} + days(19'400))[0].customer.age, 400);
  EXPECT_EQ(histogram.repeat_cells(EventTime{} + days(18'000))[0].customer.age, 0);
}

TEST(ClvHistogram, LeavesOutWhatIsNoCustomerOrNoSpend) {
  ClvHistogram histogram;
  histogram.add(PurchaseHistory{});
  histogram.remove(PurchaseHistory{});
  EXPECT_EQ(histogram, ClvHistogram{});
  histogram.add(history(2, 19'000, 19'001, -500));
  histogram.add(history(2, 19'000, 19'001, 0));
  histogram.add(history(2, 19'000, 19'001, 1));  // half a cent an order
  EXPECT_EQ(histogram.customers(), 3);
  EXPECT_EQ(histogram.repeat_cells(kNow)[0].weight, 3);
  EXPECT_TRUE(histogram.spend_cells().empty());
}

TEST(ClvHistogram, TakesTheExtremesOfEveryField) {
  ClvHistogram histogram;
  const PurchaseHistory extremes[] = {
      {INT64_MAX, EventTime::before_all(), EventTime::never(), INT64_MAX},
      {INT64_MAX, EventTime::never(), EventTime::before_all(), INT64_MIN},
      {1, kEventTimeMin, kEventTimeMax, INT64_MAX},
      {65'535, kEventTimeMin, kEventTimeMin, 65'535}};
  for (const PurchaseHistory& one : extremes) histogram.add(one);
  for (const auto& [customer, weight] : histogram.repeat_cells(kNow)) {
    EXPECT_GE(customer.age, customer.t_x);
    EXPECT_GE(customer.t_x, 0);
  }
  for (const PurchaseHistory& one : extremes) histogram.remove(one);
  EXPECT_EQ(histogram, ClvHistogram{});
}

// At any moment the histogram is the one built afresh from the customers in it; with room for every
// cell, and with so little that resolution was lost on the way.
TEST(ClvHistogram, AddingAndRemovingEqualsRebuilding) {
  for (const size_t cells_max : {size_t{50'000}, size_t{256}}) {
    RandomCustomers customers(21);
    std::mt19937_64 dice(22);
    ClvHistogram histogram(cells_max);
    std::vector<PurchaseHistory> present;
    for (int step = 0; step < 6'000; ++step) {
      if (step % 3 != 2 || present.empty()) {
        present.push_back(customers.history(kNow));
        histogram.add(present.back());
      } else {
        std::swap(present[dice() % present.size()], present.back());
        histogram.remove(present.back());
        present.pop_back();
      }
      ASSERT_LE(histogram.repeats().cells().size(), cells_max);
      ASSERT_LE(histogram.spend().cells().size(), cells_max);
      if (step % 500 != 499) continue;
      ClvHistogram rebuilt(cells_max);
      for (const PurchaseHistory& one : present) rebuilt.add(one);
      rebuilt.coarsen_to(histogram);  // what was once too much may have gone again
      ASSERT_EQ(histogram, rebuilt) << "after " << step;
    }
    EXPECT_EQ(histogram.repeats().level() > 0, cells_max == 256);
    for (const PurchaseHistory& one : present) histogram.remove(one);
    EXPECT_EQ(histogram.customers(), 0);
    EXPECT_TRUE(histogram.repeats().cells().empty());
    EXPECT_TRUE(histogram.spend().cells().empty());
  }
}

TEST(ClvHistogram, MergingPartitionsEqualsOneHistogramOfAll) {
  RandomCustomers customers(23);
  ClvHistogram all(2'000);
  std::vector<ClvHistogram> partitions(8, ClvHistogram(300));
  for (int i = 0; i < 8'000; ++i) {
    const PurchaseHistory one = customers.history(kNow);
    all.add(one);
    partitions[static_cast<size_t>(i) % 8].add(one);
  }
  ClvHistogram merged(2'000);
  for (const ClvHistogram& partition : partitions) merged.merge(partition);
  EXPECT_EQ(merged.customers(), 8'000);
  all.coarsen_to(merged);
  merged.coarsen_to(all);
  EXPECT_EQ(merged, all);
  EXPECT_LE(merged.repeats().cells().size(), 2'000u);
}

TEST(ClvHistogramDeathTest, RemovingWhoIsNotThereStops) {
  ClvHistogram histogram;
  histogram.add(history(1, 19'000, 19'000, 100));
  EXPECT_DEATH(histogram.remove(history(2, 19'000, 19'000, 100)), "");
}

}  // namespace
}  // namespace rekindle::operators
