// Ranks of customers: what they can be ranked by, where a ranking is cut, and a place in it. A
// customer is a visitor with at least one order; those whose value is unknown are not ranked.
//
// Used by operators (which cuts do audiences ask for), partitions and core/customer_book.h. Pure.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/ids.h"
#include "core/visitor.h"

namespace rekindle {

enum class RankMetric : uint8_t {
  kRevenue,
  kOrders,
  kAov,
  kCouponShare,
  kRefundShare,
  kOrderInterval,
  kRecency,  // the newest order's time
};
inline constexpr size_t kRankMetrics = 7;

// An exact fraction: average order values that are equal tie, whatever made them up.
struct RankValue {
  int64_t top = 0;
  int64_t bottom = 1;  // ≥ 1

  friend constexpr std::strong_ordering operator<=>(const RankValue& a, const RankValue& b) {
    const __int128 left = static_cast<__int128>(a.top) * b.bottom;
    const __int128 right = static_cast<__int128>(b.top) * a.bottom;
    if (left == right) return std::strong_ordering::equal;
    return left < right ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  friend constexpr bool operator==(const RankValue& a, const RankValue& b) {
    return (a <=> b) == std::strong_ordering::equal;
  }
};

// Only such events change what rank_value looks at.
[[nodiscard]] constexpr bool changes_totals(EventType type) {
  return type == EventType::kPurchase || type == EventType::kRefund;
}
// Nothing: not ranked.
[[nodiscard]] std::optional<RankValue> rank_value(RankMetric metric, const Lifetime& lifetime);

// A line through the ranking of a site's n customers. Above it is whoever has
//   kTop       fewer than share × n customers with more; so ties at the line are above it
//   kAtLeast   at least share × n customers with less
//   kMoreThan  more than share × n customers with less
struct RankCut {
  enum class Kind : uint8_t { kTop, kAtLeast, kMoreThan };
  RankMetric metric = RankMetric::kRevenue;
  Kind kind = Kind::kTop;
  uint32_t share = 0;  // of kRankShareOne
  friend constexpr auto operator<=>(const RankCut&, const RankCut&) = default;
};
inline constexpr uint32_t kRankShareOne = 1'000'000;

// A place between ranked customers, who are ordered by (value, key): just before the one named.
struct RankPosition {
  enum class Where : uint8_t { kBeforeAll, kAt, kAfterAll };
  Where where = Where::kAfterAll;
  RankValue value;  // kAt
  VisitorKey key;   // kAt

  static constexpr RankPosition before_all() { return {Where::kBeforeAll, {}, {}}; }
  static constexpr RankPosition after_all() { return {Where::kAfterAll, {}, {}}; }
  static constexpr RankPosition at(const RankValue& value, VisitorKey key = {}) {
    return {Where::kAt, value, key};
  }
  friend constexpr auto operator<=>(const RankPosition&, const RankPosition&) = default;
};

// What the operators want to know about a site's customers as a whole.
struct CustomerNeeds {
  std::vector<RankCut> cuts;  // ascending, each once
  bool model = false;         // the lifetime value model

  void add(const RankCut& cut);
  void add(const CustomerNeeds& others);
  [[nodiscard]] bool has(const RankCut& cut) const;
};

// The ways customers are counted, one bit each: the metrics, and the model's histogram.
using CustomerViews = uint32_t;
inline constexpr CustomerViews kModelView = 1u << kRankMetrics;
[[nodiscard]] constexpr CustomerViews view_of(RankMetric metric) {
  return 1u << static_cast<unsigned>(metric);
}
[[nodiscard]] CustomerViews views_for(const CustomerNeeds& needs);

}  // namespace rekindle
