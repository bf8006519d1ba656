#include "core/window.h"

#include <span>

#include "core/window_slice.h"

namespace rekindle {

using window_detail::Entries;
using window_detail::Entry;
using window_detail::List;
using window_detail::Matcher;
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

// A list's entries up to the clock, taken newest first.
struct Cursor {
  const Entry* first;
  const Entry* end;  // one past the next to be taken; first: none is left
};

// The k-th newest match within the window, or null when there are fewer. Only as much is looked at
// as has to be: nothing searches for the window's edge.
const Entry* kth_newest(Cursor cursor, EventTime after, const Matcher& matches, int64_t k) {
  if (matches.takes_all()) {
    if (cursor.end - cursor.first < k) return nullptr;
    const Entry* const entry = cursor.end - k;
    return entry->at > after ? entry : nullptr;
  }
  for (const Entry* entry = cursor.end; entry != cursor.first;) {
    if ((--entry)->at <= after) return nullptr;
    if (matches(*entry) && --k == 0) return entry;
  }
  return nullptr;
}

const Entry* kth_newest(std::span<Cursor> cursors, EventTime after, const Matcher& matches,
                        int64_t k) {
  while (true) {
    Cursor* newest = nullptr;
    EventTime at = after;
    for (Cursor& cursor : cursors) {
      if (cursor.end == cursor.first || cursor.end[-1].at <= at) continue;
      newest = &cursor;
      at = cursor.end[-1].at;
    }
    if (newest == nullptr) return nullptr;
    const Entry* const entry = --newest->end;
    if (matches(*entry) && --k == 0) return entry;
  }
}

// The answer where one look gives it, which is most often: nothing lies ahead of the clock, and
// either all entries count or they are too few.
bool at_a_glance(const List& list, const WindowQuery& query, int64_t k, EventTime now,
                 Holds& answer) {
  const EventTime after = now - query.window;
  if (has_too_few(list, k, after, now)) return true;
  const Entries entries = list.entries();
  const auto spare = static_cast<int64_t>(entries.size()) - k;
  if (query.filter != nullptr || spare < 0 || entries.back().at > now) return false;
  const EventTime at = entries[static_cast<size_t>(spare)].at;
  if (at > after) answer = {true, true, at + query.window};
  return answer.value;
}

// The same for events of any type: too few, and nothing ahead of the clock or beyond entries.
bool too_few_at_a_glance(const Timeline& timeline, const WindowQuery& query, int64_t k,
                         EventTime now) {
  const EventTime after = now - query.window;
  int64_t left = k;
  for (const List& list : timeline.lists()) {
    if (!done_by_visitor(list.type)) continue;
    const Entries entries = list.entries();
    if (entries.empty() || entries.back().at > now) return false;
    if (window_detail::reaches_tiles(list, after)) return false;
    for (size_t i = entries.size(); i > 0 && entries[i - 1].at > after; --i) {
      if (--left == 0) return false;
    }
  }
  return true;
}

}  // namespace

Holds count_at_least(const Timeline& timeline, const WindowQuery& query, int64_t k, EventTime now) {
  if (k <= 0) return {true, true, EventTime::never()};
  if (!query.types.is_any()) {
    const List* const list = timeline.find(query.types.type);
    Holds answer;
    if (list == nullptr || at_a_glance(*list, query, k, now, answer)) return answer;
  } else if (too_few_at_a_glance(timeline, query, k, now)) {
    return {};
  }
  const Matcher matches(timeline, query.filter, query.money_scale);
  const EventTime after = now - query.window;
  const List* lists[limits::kTimelineListsMax];
  Cursor cursors[limits::kTimelineListsMax];
  size_t count_of_lists = 0;
  int64_t past = 0;
  bool is_complete = true;
  window_detail::for_each_list(timeline, query.types, [&](const List& list) {
    const Entries entries = list.entries();
    const size_t end = window_detail::first_after(entries, now);
    lists[count_of_lists] = &list;
    cursors[count_of_lists++] = {entries.data(), entries.data() + end};
    past += static_cast<int64_t>(end);
    is_complete =
        is_complete && end == entries.size() && !window_detail::reaches_tiles(list, after);
  });
  if (past < k && is_complete) return {};
  const Entry* const entry = count_of_lists == 1
                                 ? kth_newest(cursors[0], after, matches, k)
                                 : kth_newest({cursors, count_of_lists}, after, matches, k);
  if (entry != nullptr) return {true, true, entry->at + query.window};
  // Losing entries cannot make it true; entries ahead of the clock and the end of the tiles' reach
  // can change the answer.
  Holds result;
  for (size_t i = 0; i < count_of_lists; ++i) {
    const Slice slice = window_detail::ahead_of(*lists[i], after, now);
    window_detail::change_without_loss(slice, query.window, matches, result.until);
    if (slice.reaches_tiles()) result.exact = false;
  }
  if (result.exact || !matches.takes_all()) return result;
  const Count estimate = count(timeline, query, now);
  if (estimate.value >= k) return {true, false, estimate.until};
  return result;
}

Newest newest(const Timeline& timeline, TypeSelector types, const Filter* filter,
              int64_t money_scale, EventTime now) {
  if (!types.is_any() && filter == nullptr) {  // most often the newest of all is the answer
    const List* const list = timeline.find(types.type);
    if (list == nullptr) return {};
    const Entries entries = list->entries();
    if (!entries.empty() && entries.back().at <= now) return {true, entries.back().at};
  }
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
