// Counts of latencies in log-linear buckets, after HdrHistogram: every recorded value is known to
// three significant digits, recording is two shifts and an add, and memory is fixed.
//
// Thread: one. Values are nanoseconds; those over kValueMax are counted as kValueMax.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace rekindle::cli {

class Histogram {
 public:
  static constexpr int64_t kValueMax = int64_t{1} << 40;  // 18 minutes

  Histogram();
  void record(int64_t value_ns);
  void add(const Histogram& other);
  void clear();

  [[nodiscard]] uint64_t count() const { return x_count; }
  [[nodiscard]] int64_t least() const { return x_count == 0 ? 0 : x_least; }
  [[nodiscard]] int64_t most() const { return x_most; }
  [[nodiscard]] double mean() const;
  // The smallest recorded value (to three digits) that `percent` of all values do not exceed.
  // 0 when nothing was recorded.
  [[nodiscard]] int64_t percentile(double percent) const;
  // For people: a line per percentile with a bar, microseconds.
  [[nodiscard]] std::string drawing() const;

 private:
  // Values below 2^kDigitBits have a bucket each; above, each doubling has 2^(kDigitBits − 1).
  static constexpr int kDigitBits = 11;
  [[nodiscard]] static size_t bucket_of(int64_t value);
  [[nodiscard]] static int64_t highest_of(size_t bucket);

  std::vector<uint64_t> x_buckets;
  uint64_t x_count = 0;
  int64_t x_least = kValueMax;
  int64_t x_most = 0;
  double x_sum = 0;
};

}  // namespace rekindle::cli
