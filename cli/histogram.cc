#include "cli/histogram.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

namespace rekindle::cli {

size_t Histogram::bucket_of(int64_t value) {
  const auto v = static_cast<uint64_t>(value);
  const int width = static_cast<int>(std::bit_width(v));
  if (width <= kDigitBits) return static_cast<size_t>(v);
  const int shift = width - kDigitBits;
  return static_cast<size_t>(((static_cast<uint64_t>(shift) + 1) << (kDigitBits - 1)) +
                             (v >> shift) - (1ULL << (kDigitBits - 1)));
}

int64_t Histogram::highest_of(size_t bucket) {
  constexpr size_t kHalf = size_t{1} << (kDigitBits - 1);
  if (bucket < 2 * kHalf) return static_cast<int64_t>(bucket);
  const auto shift = bucket / kHalf - 1;
  const auto digits = static_cast<uint64_t>(bucket % kHalf + kHalf);
  return static_cast<int64_t>(((digits + 1) << shift) - 1);
}

Histogram::Histogram() : x_buckets(bucket_of(kValueMax) + 1) {}

void Histogram::record(int64_t value_ns) {
  const int64_t value = std::clamp<int64_t>(value_ns, 0, kValueMax);
  ++x_buckets[bucket_of(value)];
  ++x_count;
  x_sum += static_cast<double>(value);
  x_least = std::min(x_least, value);
  x_most = std::max(x_most, value);
}

void Histogram::add(const Histogram& other) {
  for (size_t i = 0; i < x_buckets.size(); ++i) x_buckets[i] += other.x_buckets[i];
  x_count += other.x_count;
  x_sum += other.x_sum;
  x_least = std::min(x_least, other.x_least);
  x_most = std::max(x_most, other.x_most);
}

void Histogram::clear() {
  *this = Histogram();
}

double Histogram::mean() const {
  return x_count == 0 ? 0 : x_sum / static_cast<double>(x_count);
}

int64_t Histogram::percentile(double percent) const {
  if (x_count == 0) return 0;
  const double wanted = std::ceil(percent / 100.0 * static_cast<double>(x_count));
  const auto rank = std::max<uint64_t>(1, static_cast<uint64_t>(wanted));
  uint64_t below = 0;
  for (size_t i = 0; i < x_buckets.size(); ++i) {
    below += x_buckets[i];
    if (below >= rank) return std::clamp(highest_of(i), x_least, x_most);
  }
  return x_most;
}

std::string Histogram::drawing() const {
  if (x_count == 0) return "  nothing was measured\n";
  static constexpr double kPercents[] = {10, 50, 75, 90, 95, 99, 99.9, 99.99, 100};
  const double longest = std::log2(static_cast<double>(x_most) + 2);
  std::string text;
  for (const double percent : kPercents) {
    const int64_t value = percentile(percent);
    const double share = std::log2(static_cast<double>(value) + 2) / longest;
    text +=
        fmt::format("  {:>6.2f} %  {:>12.1f} us  {}\n", percent, static_cast<double>(value) / 1e3,
                    std::string(static_cast<size_t>(share * 40), '#'));
  }
  return text;
}

}  // namespace rekindle::cli
