#include "core/window.h"

#include <array>

#include "core/window_slice.h"

namespace rekindle {

using window_detail::Entries;
using window_detail::Entry;
using window_detail::List;
using window_detail::Matcher;
using window_detail::NewestFirst;
using window_detail::Slice;

Count count(const Timeline& timeline, const WindowQuery& query, EventTime now) {
  const Matcher matches(timeline, query.filter, query.money_scale);
  Count result;
  window_detail::for_each_slice(timeline, query, now, [&](const Slice& slice) {
    const Entry* oldest = nullptr;
    if (matches.takes_all()) {
      result.value += static_cast<int64_t>(slice.size());
      if (slice.size() > 0) oldest = &slice.inside().front();
    } else {
      const Entries inside = slice.inside();
      for (auto entry = inside.rbegin(); entry != inside.rend(); ++entry) {
        if (!matches(*entry)) continue;
        ++result.value;
        oldest = &*entry;
      }
    }
    if (oldest != nullptr) window_detail::sooner(result.until, oldest->at + query.window);
    window_detail::change_without_loss(slice, query.window, matches, result.until);
    if (!slice.reaches_tiles()) return;
    result.exact = false;
    if (!matches.takes_all()) return;
    result.value += slice.list->tiles()->after(slice.after).count;
    window_detail::change_of_tiles(slice, query.window, result.until);
  });
  return result;
}

namespace {

// The k-th newest match of all lists, or null when the entries inside have fewer.
const Entry* kth_newest(std::span<const Slice> slices, const Matcher& matches, int64_t k) {
  if (slices.size() == 1) {
    const Entries inside = slices[0].inside();
    const auto size = static_cast<int64_t>(inside.size());
    if (matches.takes_all()) return size < k ? nullptr : &inside[static_cast<size_t>(size - k)];
    for (auto entry = inside.rbegin(); entry != inside.rend(); ++entry) {
      if (matches(*entry) && --k == 0) return &*entry;
    }
    return nullptr;
  }
  NewestFirst newest;
  int64_t left = 0;
  for (const Slice& slice : slices) {
    newest.add(slice);
    left += static_cast<int64_t>(slice.size());
  }
  for (; left >= k; --left) {
    const Entry* const entry = newest.next();
    if (matches(*entry) && --k == 0) return entry;
  }
  return nullptr;
}

Holds at_least(const Timeline& timeline, const WindowQuery& query, std::span<const Slice> slices,
               int64_t k, EventTime now) {
  const Matcher matches(timeline, query.filter, query.money_scale);
  if (const Entry* const entry = kth_newest(slices, matches, k)) {
    return {true, true, entry->at + query.window};
  }
  // Losing entries cannot make it true; entries ahead of the clock and the end of the tiles' reach
  // can change the answer.
  Holds result;
  for (const Slice& slice : slices) {
    window_detail::change_without_loss(slice, query.window, matches, result.until);
    if (slice.reaches_tiles()) result.exact = false;
  }
  if (result.exact || !matches.takes_all()) return result;
  const Count estimate = count(timeline, query, now);
  if (estimate.value >= k) return {true, false, estimate.until};
  return result;
}

}  // namespace

Holds count_at_least(const Timeline& timeline, const WindowQuery& query, int64_t k, EventTime now) {
  if (k <= 0) return {true, true, EventTime::never()};
  if (query.types.is_any()) {
    std::array<Slice, limits::kTimelineListsMax> slices;
    size_t lists = 0;
    window_detail::for_each_slice(timeline, query, now,
                                  [&](const Slice& slice) { slices[lists++] = slice; });
    return at_least(timeline, query, {slices.data(), lists}, k, now);
  }
  const List* const list = timeline.find(query.types.type);
  if (list == nullptr) return {};
  const Slice slice = window_detail::cut(*list, now - query.window, now);
  return at_least(timeline, query, {&slice, 1}, k, now);
}

Newest newest(const Timeline& timeline, TypeSelector types, const Filter* filter,
              int64_t money_scale, EventTime now) {
  const Matcher matches(timeline, filter, money_scale);
  Newest result;
  window_detail::for_each_list(timeline, types, [&](const List& list) {
    const Entries entries = list.entries();
    const size_t end = window_detail::first_after(entries, now);
    for (size_t i = end; i-- > 0;) {
      if (result.found && entries[i].at <= result.at) break;
      if (!matches(entries[i])) continue;
      result.found = true;
      result.at = entries[i].at;
      break;
    }
    const auto next =
        std::find_if(entries.begin() + static_cast<ptrdiff_t>(end), entries.end(), matches);
    if (next != entries.end()) window_detail::sooner(result.until, next->at);
  });
  return result;
}

}  // namespace rekindle
