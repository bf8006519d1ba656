// Different products, categories, brands or orders over a window.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "core/window.h"
#include "core/window_slice.h"

namespace rekindle {

using window_detail::Entry;
using window_detail::Matcher;
using window_detail::NewestFirst;
using window_detail::Slice;

namespace {

NameHash distinct_name(const ItemKey& item, DistinctField field) {
  switch (field) {
    case DistinctField::kProduct: return item.product;
    case DistinctField::kCategory: return item.category;
    default: return item.brand;
  }
}

// Collects (value, newest time of it). Reused from call to call, one per shard thread, so that
// asking allocates nothing once warm.
class DistinctValues {
 public:
  void start(size_t items) {
    x_values.clear();
    x_seen_items.assign((items + 63) / 64, 0);
  }
  void add(NameHash value, EventTime at) {
    if (value != kNoName) x_values.emplace_back(value, at.ms);
  }
  // True the first time an item is met.
  [[nodiscard]] bool meets(size_t item) {
    uint64_t& word = x_seen_items[item / 64];
    const uint64_t bit = uint64_t{1} << (item % 64);
    return (word & bit) == 0 && (word |= bit) != 0;
  }
  // How many different values, and when the first of them leaves.
  [[nodiscard]] std::pair<int64_t, EventTime> finish() {
    std::sort(x_values.begin(), x_values.end());
    int64_t different = 0;
    EventTime first = EventTime::never();
    for (size_t i = 0; i < x_values.size(); ++i) {
      const bool last_of_value =
          i + 1 == x_values.size() || x_values[i + 1].first != x_values[i].first;
      if (!last_of_value) continue;
      ++different;
      window_detail::sooner(first, EventTime{x_values[i].second});
    }
    return {different, first};
  }

  // True while fewer than k different values were added. For small k; linear in it.
  [[nodiscard]] bool adds_below(NameHash value, int64_t k) {
    if (value == kNoName) return true;
    const auto known = [value](const auto& other) { return other.first == value; };
    if (std::none_of(x_values.begin(), x_values.end(), known)) x_values.emplace_back(value, 0);
    return static_cast<int64_t>(x_values.size()) < k;
  }

 private:
  std::vector<std::pair<NameHash, int64_t>> x_values;
  std::vector<uint64_t> x_seen_items;
};

// Up to this many values are compared one by one; above it, all are collected and sorted.
constexpr int64_t kComparedMax = 32;

// Adds an entry's values; false once there are k different ones.
bool add_entry(const Timeline& timeline, const Entry& entry, DistinctField field, int64_t k,
               DistinctValues& values) {
  if (field == DistinctField::kOrder) return values.adds_below(timeline.order_of(entry), k);
  for (size_t i = 0; i < entry.line_count; ++i) {
    if (!values.meets(timeline.item_index(entry, i))) continue;
    if (!values.adds_below(distinct_name(timeline.item_of(entry, i), field), k)) return false;
  }
  return true;
}

// What lies in the window goes to `newest`; `result` gets until when it holds at least, and whether
// all of it is known to the second. Count or Holds.
template <typename Answer>
void gather(const Timeline& timeline, const WindowQuery& query, const Matcher& matches,
            EventTime now, NewestFirst& newest, Answer& result) {
  window_detail::for_each_slice(timeline, query, now, [&](const Slice& slice) {
    newest.add(slice);
    window_detail::change_without_loss(slice, query.window, matches, result.until);
    if (slice.reaches_tiles()) result.exact = false;
  });
}

// Whether the timeline has too few items for k different values of a list that has lost none.
bool has_too_few_items(const Timeline& timeline, TypeSelector types, DistinctField field,
                       int64_t k) {
  if (field == DistinctField::kOrder || static_cast<int64_t>(timeline.items_bound()) >= k) {
    return false;
  }
  bool complete = true;
  window_detail::for_each_list(timeline, types, [&](const Timeline::List& list) {
    complete = complete && list.tiles() == nullptr;
  });
  return complete;
}

// Few values are kept on the way rather than in `DistinctValues`: one list, walked newest first.
// Nothing where its answer would need more than its entries.
constexpr size_t kFew = 8;
std::optional<Holds> few_at_least(const Timeline& timeline, const WindowQuery& query,
                                  DistinctField field, size_t k, EventTime now) {
  const Timeline::List* const list = timeline.find(query.types.type);
  if (list == nullptr) return Holds{};
  const auto entries = list->entries();
  const EventTime after = now - query.window;
  if (entries.empty() || entries.back().at > now) return std::nullopt;
  NameHash found[kFew];
  size_t different = 0;
  for (auto entry = entries.rbegin(); entry != entries.rend() && entry->at > after; ++entry) {
    for (size_t i = 0; i < entry->line_count; ++i) {
      const NameHash value = distinct_name(timeline.item_of(*entry, i), field);
      if (value == kNoName || std::find(found, found + different, value) != found + different) {
        continue;
      }
      found[different++] = value;
      if (different == k) return Holds{true, true, entry->at + query.window};
    }
  }
  if (window_detail::reaches_tiles(*list, after)) return std::nullopt;
  return Holds{};
}

}  // namespace

Count distinct(const Timeline& timeline, const WindowQuery& query, DistinctField field,
               EventTime now) {
  thread_local DistinctValues values;
  values.start(timeline.items_bound());
  const Matcher matches(timeline, query.filter, query.money_scale);
  Count result;
  NewestFirst newest;
  gather(timeline, query, matches, now, newest, result);
  while (const Entry* entry = newest.next()) {
    if (!matches(*entry)) continue;
    if (field == DistinctField::kOrder) {
      values.add(timeline.order_of(*entry), entry->at);
      continue;
    }
    for (size_t i = 0; i < entry->line_count; ++i) {
      const size_t item = timeline.item_index(*entry, i);
      if (!values.meets(item)) continue;
      values.add(distinct_name(timeline.item_of(*entry, i), field), entry->at);
    }
  }
  const auto [different, first_leaving] = values.finish();
  result.value = different;
  if (different > 0) window_detail::sooner(result.until, first_leaving + query.window);
  return result;
}

Holds distinct_at_least(const Timeline& timeline, const WindowQuery& query, DistinctField field,
                        int64_t k, EventTime now) {
  if (k <= 0) return {true, true, EventTime::never()};
  if (k > kComparedMax) {
    const Count all = distinct(timeline, query, field, now);
    return {all.value >= k, all.exact, all.until};
  }
  if (has_too_few_items(timeline, query.types, field, k)) return {};
  const bool is_plain = !query.types.is_any() && query.filter == nullptr;
  if (is_plain && field != DistinctField::kOrder && k <= static_cast<int64_t>(kFew)) {
    const auto answer = few_at_least(timeline, query, field, static_cast<size_t>(k), now);
    if (answer) return *answer;
  }
  thread_local DistinctValues values;
  values.start(timeline.items_bound());
  const Matcher matches(timeline, query.filter, query.money_scale);
  Holds result;
  NewestFirst newest;
  gather(timeline, query, matches, now, newest, result);
  while (const Entry* entry = newest.next()) {
    if (!matches(*entry) || add_entry(timeline, *entry, field, k, values)) continue;
    return {true, true, entry->at + query.window};
  }
  return result;  // losing entries cannot make it true
}

}  // namespace rekindle
