// Questions over a timeline and a sliding window (now − W, now]. Pure functions; every answer says
// until when it holds if no further event arrives, which is what arms a visitor's deadline.
//
// An entry counts while now − W < at ≤ now. It leaves at the instant at + W and, if it lies ahead
// of the clock, enters at the instant `at`. Thread: the visitor's shard.
#pragma once

#include <cstdint>
#include <vector>

#include "core/timeline.h"

namespace rekindle {

// Which entries an expression means: one type, or `any` (all that done_by_visitor).
struct TypeSelector {
  EventType type = EventType::kNone;  // kNone: any
  [[nodiscard]] bool is_any() const { return type == EventType::kNone; }
  [[nodiscard]] bool matches(EventType other) const {
    return is_any() ? done_by_visitor(other) : type == other;
  }
};

enum class ItemField : uint8_t { kProduct, kCategory, kBrand };
enum class AmountField : uint8_t { kValue, kQuantity };
enum class Compare : uint8_t { kEqual, kNotEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual };

// One comparison inside a filter.
struct FilterTerm {
  enum class Kind : uint8_t { kItem, kAmount } kind = Kind::kItem;
  ItemField item_field = ItemField::kProduct;      // kItem: only kEqual and kNotEqual
  AmountField amount_field = AmountField::kValue;  // kAmount
  Compare compare = Compare::kEqual;
  NameHash name = kNoName;
  // kAmount: minor units × `per_money_scale` for kValue is applied when compiled for a site's
  // currency at evaluation: the term compares value × 10'000 with number × scale.
  int64_t number_e4 = 0;  // the literal × 10,000 (major units for kValue, pieces for kQuantity)
};

// A filter in disjunctive normal form: passes when all terms of one clause hold for one item of the
// entry. An entry without items is judged as one item without names. A name term against an absent
// name: == is false, != is true. An amount term against an unknown value is false.
struct Filter {
  std::vector<std::vector<FilterTerm>> clauses;  // empty: passes everything
};

[[nodiscard]] bool passes(const Filter& filter, const Timeline& timeline,
                          const Timeline::Entry& entry, int64_t money_scale);
[[nodiscard]] bool passes(const Filter& filter, const Event& event, int64_t money_scale);

// What is asked. `filter` may be null. `money_scale` is Currency::scale of the visitor's site.
struct WindowQuery {
  TypeSelector types;
  Duration window;
  const Filter* filter = nullptr;
  int64_t money_scale = 100;
};

struct Count {
  int64_t value = 0;
  bool exact = true;
  EventTime until = EventTime::never();  // the answer may differ from this instant on
};
struct Holds {
  bool value = false;
  bool exact = true;
  EventTime until = EventTime::never();
};
struct Amount {
  int64_t value = 0;  // minor units or pieces
  int64_t count = 0;  // entries that had such an amount; 0: the answer is unknown (sum: 0)
  bool exact = true;
  EventTime until = EventTime::never();
};
struct Newest {
  bool found = false;
  EventTime at;                          // newest matching entry with at ≤ now
  EventTime until = EventTime::never();  // a matching entry ahead of the clock enters here
};
enum class DistinctField : uint8_t { kProduct, kCategory, kBrand, kOrder };

[[nodiscard]] Count count(const Timeline&, const WindowQuery&, EventTime now);
// Whether a list has fewer than `k` ≥ 1 entries in (after, now] and gets no more before an event
// comes. One look: false also where that would not tell, with entries ahead of the clock or tiles.
[[nodiscard]] inline bool has_too_few(const Timeline::List& list, int64_t k, EventTime after,
                                      EventTime now) {
  const std::span<const Timeline::Entry> entries = list.entries();
  if (entries.empty() || entries.back().at > now) return false;
  if (after + milliseconds(1) < list.exact_since()) return false;
  const auto spare = static_cast<int64_t>(entries.size()) - k;
  return spare < 0 || entries[static_cast<size_t>(spare)].at <= after;
}
// count(…) >= k. Looks at the k newest matches only, so it stays exact beyond the cap while those
// are entries; `until` is when the k-th newest leaves.
[[nodiscard]] Holds count_at_least(const Timeline&, const WindowQuery&, int64_t k, EventTime now);
[[nodiscard]] Amount sum(const Timeline&, const WindowQuery&, AmountField, EventTime now);
// For the extremes `until` covers the value and whether there is one; `count` may shrink before it.
[[nodiscard]] Amount minimum(const Timeline&, const WindowQuery&, AmountField, EventTime now);
[[nodiscard]] Amount maximum(const Timeline&, const WindowQuery&, AmountField, EventTime now);
// Different non-absent values over all items (orders) of the matching entries. With a filter, all
// items of a passing entry count.
[[nodiscard]] Count distinct(const Timeline&, const WindowQuery&, DistinctField, EventTime now);
// distinct(…) >= k. Looks back only until the k-th different value: `until` is when its newest
// occurrence leaves. Like count_at_least, exact beyond the cap while those are entries.
[[nodiscard]] Holds distinct_at_least(const Timeline&, const WindowQuery&, DistinctField, int64_t k,
                                      EventTime now);
// Over the whole timeline; the newest entry of a type is never dropped for age.
[[nodiscard]] Newest newest(const Timeline&, TypeSelector, const Filter*, int64_t money_scale,
                            EventTime now);

}  // namespace rekindle
