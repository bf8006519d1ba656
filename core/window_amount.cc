// sum, minimum and maximum over a window.
#include <algorithm>

#include "core/money.h"
#include "core/window.h"
#include "core/window_slice.h"

namespace rekindle {

using window_detail::Entry;
using window_detail::Matcher;
using window_detail::Slice;

namespace {

int64_t amount_of(const Entry& entry, AmountField field) {
  if (field == AmountField::kValue) return entry.value;
  return window_detail::has_pieces(entry) ? static_cast<int64_t>(entry.pieces) : kNoMoney;
}

// The amount no other one `beats`, and the newest entry that has it: until that one leaves, losing
// others changes nothing.
template <typename Beats>
Amount extreme(const Timeline& timeline, const WindowQuery& query, AmountField field, EventTime now,
               Beats&& beats) {
  const Matcher matches(timeline, query.filter, query.money_scale);
  const auto counts = [&](const Entry& entry) {
    return amount_of(entry, field) != kNoMoney && matches(entry);
  };
  Amount result;
  EventTime newest;
  window_detail::for_each_slice(timeline, query, now, [&](const Slice& slice) {
    for (const Entry& entry : slice.inside()) {
      if (!counts(entry)) continue;
      const int64_t amount = amount_of(entry, field);
      if (result.count == 0 || beats(amount, result.value)) {
        result.value = amount;
        newest = entry.at;
      } else if (amount == result.value) {
        newest = std::max(newest, entry.at);
      }
      ++result.count;
    }
    window_detail::change_without_loss(slice, query.window, counts, result.until);
    if (slice.reaches_tiles()) result.exact = false;
  });
  if (result.count > 0) window_detail::sooner(result.until, newest + query.window);
  return result;
}

}  // namespace

Amount sum(const Timeline& timeline, const WindowQuery& query, AmountField field, EventTime now) {
  const Matcher matches(timeline, query.filter, query.money_scale);
  const auto counts = [&](const Entry& entry) {
    return amount_of(entry, field) != kNoMoney && matches(entry);
  };
  Amount result;
  window_detail::for_each_slice(timeline, query, now, [&](const Slice& slice) {
    const Entry* oldest = nullptr;
    for (const Entry& entry : slice.inside()) {
      if (!counts(entry)) continue;
      if (oldest == nullptr) oldest = &entry;
      result.value = saturating_add(result.value, amount_of(entry, field));
      ++result.count;
    }
    if (oldest != nullptr) window_detail::sooner(result.until, oldest->at + query.window);
    window_detail::change_without_loss(slice, query.window, counts, result.until);
    if (!slice.reaches_tiles()) return;
    result.exact = false;
    if (!matches.takes_all()) return;
    const Tiles::Totals totals = slice.list->tiles()->after(slice.after);
    const bool value = field == AmountField::kValue;
    result.value = saturating_add(result.value, value ? totals.value : totals.pieces);
    result.count += value ? totals.valued : totals.count;
    window_detail::change_of_tiles(slice, query.window, result.until);
  });
  return result;
}

Amount minimum(const Timeline& timeline, const WindowQuery& query, AmountField field,
               EventTime now) {
  return extreme(timeline, query, field, now, [](int64_t a, int64_t b) { return a < b; });
}

Amount maximum(const Timeline& timeline, const WindowQuery& query, AmountField field,
               EventTime now) {
  return extreme(timeline, query, field, now, [](int64_t a, int64_t b) { return a > b; });
}

}  // namespace rekindle
