#include "cli/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace rekindle::cli {
namespace {

TEST(Histogram, percentiles_are_within_a_thousandth_of_the_sorted_values) {
  std::mt19937_64 dice(7);
  std::lognormal_distribution<double> draw(12, 2.5);
  Histogram histogram;
  std::vector<int64_t> values;
  for (int i = 0; i < 100'000; ++i) {
    const auto value = static_cast<int64_t>(std::min(draw(dice), 1e12));
    values.push_back(value);
    histogram.record(value);
  }
  std::sort(values.begin(), values.end());
  for (const double percent : {0.1, 1.0, 25.0, 50.0, 90.0, 99.0, 99.9, 100.0}) {
    const auto rank = static_cast<size_t>(std::ceil(percent / 100 * 100'000));
    const auto exact = static_cast<double>(values[rank - 1]);
    const auto ours = static_cast<double>(histogram.percentile(percent));
    EXPECT_GE(ours, exact) << percent;
    EXPECT_LE(ours, exact * 1.001 + 1) << percent;
  }
  EXPECT_EQ(histogram.least(), values.front());
  EXPECT_EQ(histogram.most(), values.back());
}

TEST(Histogram, small_values_are_exact) {
  Histogram histogram;
  for (int64_t v = 0; v < 2'048; ++v) histogram.record(v);
  EXPECT_EQ(histogram.percentile(50), 1'023);
  EXPECT_EQ(histogram.percentile(100), 2'047);
}

TEST(Histogram, values_out_of_range_are_counted_at_its_ends) {
  Histogram histogram;
  histogram.record(-5);
  histogram.record(INT64_MAX);
  EXPECT_EQ(histogram.count(), 2U);
  EXPECT_EQ(histogram.least(), 0);
  EXPECT_EQ(histogram.most(), Histogram::kValueMax);
}

TEST(Histogram, adding_equals_recording_together) {
  Histogram a;
  Histogram b;
  Histogram both;
  for (int64_t v = 1; v < 1'000'000; v = v * 3 / 2 + 1) {
    a.record(v);
    b.record(v * 7);
    both.record(v);
    both.record(v * 7);
  }
  a.add(b);
  for (const double percent : {1.0, 50.0, 99.0}) {
    EXPECT_EQ(a.percentile(percent), both.percentile(percent));
  }
  EXPECT_EQ(a.count(), both.count());
  EXPECT_DOUBLE_EQ(a.mean(), both.mean());
}

TEST(Histogram, an_empty_one_answers_zero) {
  const Histogram histogram;
  EXPECT_EQ(histogram.percentile(99), 0);
  EXPECT_EQ(histogram.least(), 0);
  EXPECT_EQ(histogram.mean(), 0);
}

}  // namespace
}  // namespace rekindle::cli
