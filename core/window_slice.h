// Cutting a timeline by a sliding window: what core/window*.cc share. Included by them only.
#pragma once

#include <algorithm>
#include <array>

#include "core/window.h"

namespace rekindle::window_detail {

using Entry = Timeline::Entry;
using List = Timeline::List;
using Entries = std::span<const Entry>;

constexpr Duration kTick = milliseconds(1);

inline void sooner(EventTime& until, EventTime candidate) {
  until = std::min(until, candidate);
}

inline size_t first_after(Entries entries, EventTime at) {
  if (entries.empty() || entries.back().at <= at) return entries.size();
  const auto place = std::partition_point(entries.begin(), entries.end(),
                                          [at](const Entry& entry) { return entry.at <= at; });
  return static_cast<size_t>(place - entries.begin());
}

// Whether a window that begins after `after` covers instants of which the list no longer has every
// entry.
inline bool reaches_tiles(const List& list, EventTime after) {
  return after + kTick < list.exact_since();
}

// A list cut by a window: [begin, end) are inside, [end, size) lie ahead of the clock.
struct Slice {
  const List* list = nullptr;
  Entries entries;
  size_t begin = 0;
  size_t end = 0;
  EventTime after;  // the window's open edge

  [[nodiscard]] size_t size() const { return end - begin; }
  [[nodiscard]] Entries inside() const { return entries.subspan(begin, end - begin); }
  [[nodiscard]] Entries ahead() const { return entries.subspan(end); }
  [[nodiscard]] bool reaches_tiles() const { return window_detail::reaches_tiles(*list, after); }
  // Where the window's edge stops reaching them.
  [[nodiscard]] EventTime tiles_end() const { return list->exact_since() - kTick; }
};

inline Slice cut(const List& list, EventTime after, EventTime now) {
  const Entries entries = list.entries();
  const size_t end = first_after(entries, now);
  return {&list, entries, first_after(entries.first(end), after), end, after};
}

// The same without its inside: for what lies ahead and for tiles.
inline Slice ahead_of(const List& list, EventTime after, EventTime now) {
  const Entries entries = list.entries();
  const size_t end = first_after(entries, now);
  return {&list, entries, end, end, after};
}

template <typename Fn>
void for_each_list(const Timeline& timeline, TypeSelector types, Fn&& fn) {
  if (!types.is_any()) {
    if (const List* list = timeline.find(types.type)) fn(*list);
    return;
  }
  for (const List& list : timeline.lists()) {
    if (done_by_visitor(list.type)) fn(list);
  }
}

template <typename Fn>
void for_each_slice(const Timeline& timeline, const WindowQuery& query, EventTime now, Fn&& fn) {
  for_each_list(timeline, query.types,
                [&](const List& list) { fn(cut(list, now - query.window, now)); });
}

inline bool has_pieces(const Entry& entry) {
  return entry.line_count > 0 || entry.pieces > 0;
}

// A query's filter, with a short way for the most common one: a name equal to a literal.
class Matcher {
 public:
  Matcher(const Timeline& timeline, const Filter* filter, int64_t money_scale);
  [[nodiscard]] bool takes_all() const { return x_filter == nullptr; }
  [[nodiscard]] bool operator()(const Entry& entry) const {
    if (x_filter == nullptr) return true;
    if (x_only == nullptr) return passes(*x_filter, x_timeline, entry, x_money_scale);
    for (size_t i = 0; i < entry.line_count; ++i) {
      if (x_timeline.item_of(entry, i).*x_name == x_only->name) return true;
    }
    return false;
  }

 private:
  const Timeline& x_timeline;
  const Filter* x_filter;
  const FilterTerm* x_only = nullptr;   // the filter's only term, when it is that
  NameHash ItemKey::*x_name = nullptr;  // the name it looks at
  int64_t x_money_scale;
};

// When a slice's answer may change although it has no matching entry to lose: an entry ahead of the
// clock enters, or the window stops reaching what the list no longer has.
template <typename Matches>
void change_without_loss(const Slice& slice, Duration window, Matches&& matches, EventTime& until) {
  const Entries ahead = slice.ahead();
  const auto next = std::find_if(ahead.begin(), ahead.end(), matches);
  if (next != ahead.end()) sooner(until, next->at);
  if (slice.reaches_tiles()) sooner(until, slice.tiles_end() + window);
}

// Tiles counted in: their next edge may come before the end of their reach.
inline void change_of_tiles(const Slice& slice, Duration window, EventTime& until) {
  const EventTime edge = slice.list->tiles()->next_edge(slice.after);
  if (edge < slice.tiles_end()) sooner(until, edge + window);
}

// Walks the entries inside a window of several lists together, newest first; among equal times, the
// list that comes first.
class NewestFirst {
 public:
  void add(const Slice& slice) {
    if (slice.size() > 0) x_left[x_lists++] = slice.inside();
  }
  [[nodiscard]] const Entry* next() {
    Entries* newest = nullptr;
    for (size_t i = 0; i < x_lists; ++i) {
      if (x_left[i].empty()) continue;
      if (newest == nullptr || x_left[i].back().at > newest->back().at) newest = &x_left[i];
    }
    if (newest == nullptr) return nullptr;
    const Entry* entry = &newest->back();
    *newest = newest->first(newest->size() - 1);
    return entry;
  }

 private:
  std::array<Entries, limits::kTimelineListsMax> x_left;
  size_t x_lists = 0;
};

}  // namespace rekindle::window_detail
