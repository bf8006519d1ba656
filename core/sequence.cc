#include "core/sequence.h"

#include <algorithm>
#include <array>

#include "core/assert.h"
#include "core/window_slice.h"

namespace rekindle {

using window_detail::Entries;
using window_detail::Entry;
using window_detail::List;
using window_detail::Matcher;
using window_detail::Slice;
using window_detail::sooner;

namespace {

constexpr EventTime kNone = EventTime::never();

// One list of the timeline and the steps that mean its type, one bit each.
struct Lane {
  Slice slice;
  Entries left;  // not looked at yet, ascending
  uint32_t steps = 0;
};

// From which instant on a chain from some step to the last can be had: the earliest start known,
// and the earliest of those later than it. The walk goes back in time, so starts only get earlier.
struct Starts {
  EventTime earliest = kNone;
  EventTime later = kNone;

  void add(EventTime at) {
    if (at == earliest) return;
    later = earliest;
    earliest = at;
  }
  [[nodiscard]] EventTime after(EventTime at) const { return earliest > at ? earliest : later; }
};

// Walks the entries of a window back in time and grows chains from their ends. An entry starts a
// chain of its step when the earliest later start of the next step is near enough: among starts,
// the earliest is the nearest, so no other one needs to be known. The first entry found to start
// a whole chain is the newest that does.
class Walk {
 public:
  Walk(const Timeline& timeline, const SequenceQuery& query, EventTime now)
      : x_timeline(timeline), x_query(query) {
    for (const List& list : timeline.lists()) {
      const uint32_t steps = steps_of(list.type);
      if (steps == 0) continue;
      const Slice slice = window_detail::cut(list, now - query.window, now);
      x_lanes[x_lane_count++] = {slice, slice.inside(), steps};
    }
  }

  // The newest first entry of a chain; null: none.
  [[nodiscard]] const Entry* find() {
    while (Lane* const lane = newest()) {
      const Entry& entry = lane->left.back();
      lane->left = lane->left.first(lane->left.size() - 1);
      if (starts_chain(entry, lane->steps)) return &entry;
    }
    return nullptr;
  }

  // Without a chain: only an entry ahead of the clock can complete one, and it is a last step.
  [[nodiscard]] Holds none() const {
    Holds answer;
    const uint32_t last = uint32_t{1} << (x_query.steps.size() - 1);
    const Matcher matches = matcher(x_query.steps.back());
    for (size_t i = 0; i < x_lane_count; ++i) {
      const Slice& slice = x_lanes[i].slice;
      if (slice.reaches_tiles()) {
        answer.exact = false;
        sooner(answer.until, slice.tiles_end() + x_query.window);
      }
      if ((x_lanes[i].steps & last) == 0) continue;
      const Entries ahead = slice.ahead();
      const auto next = std::find_if(ahead.begin(), ahead.end(), matches);
      if (next != ahead.end()) sooner(answer.until, next->at);
    }
    return answer;
  }

 private:
  [[nodiscard]] Matcher matcher(const Step& step) const {
    return {x_timeline, &step.filter, x_query.money_scale};
  }

  [[nodiscard]] uint32_t steps_of(EventType type) const {
    uint32_t steps = 0;
    for (size_t i = 0; i < x_query.steps.size(); ++i) {
      if (x_query.steps[i].types.matches(type)) steps |= uint32_t{1} << i;
    }
    return steps;
  }

  [[nodiscard]] Lane* newest() {
    Lane* best = nullptr;
    for (size_t i = 0; i < x_lane_count; ++i) {
      Lane& lane = x_lanes[i];
      if (lane.left.empty()) continue;
      if (best == nullptr || lane.left.back().at > best->left.back().at) best = &lane;
    }
    return best;
  }

  [[nodiscard]] bool starts_chain(const Entry& entry, uint32_t steps) {
    const size_t last = x_query.steps.size() - 1;
    for (size_t i = 0; i <= last; ++i) {
      if ((steps >> i & 1) == 0) continue;
      const EventTime next = i == last ? entry.at : x_starts[i + 1].after(entry.at);
      if (next == kNone || next - entry.at > x_query.within) continue;
      if (!matcher(x_query.steps[i])(entry)) continue;
      if (i == 0) return true;
      x_starts[i].add(entry.at);
    }
    return false;
  }

  const Timeline& x_timeline;
  const SequenceQuery& x_query;
  std::array<Lane, limits::kTimelineListsMax> x_lanes;
  size_t x_lane_count = 0;
  std::array<Starts, limits::kSequenceStepsMax> x_starts;
};

}  // namespace

Holds sequence(const Timeline& timeline, const SequenceQuery& query, EventTime now) {
  RK_ASSERT(query.steps.size() >= 2 && query.steps.size() <= limits::kSequenceStepsMax);
  Walk walk(timeline, query, now);
  if (const Entry* const first = walk.find()) return {true, true, first->at + query.window};
  return walk.none();
}

namespace {

// Whether a matching entry has after < at ≤ end, ahead of the clock or not.
Holds any_between(const Timeline& timeline, const Step& step, int64_t money_scale, EventTime after,
                  EventTime end) {
  const Matcher matches(timeline, &step.filter, money_scale);
  Holds answer;
  window_detail::for_each_list(timeline, step.types, [&](const List& list) {
    const Entries inside = window_detail::cut(list, after, end).inside();
    if (std::any_of(inside.begin(), inside.end(), matches)) answer.value = true;
    if (after + window_detail::kTick < list.exact_since()) answer.exact = false;
  });
  if (answer.value) answer.exact = true;
  return answer;
}

// Whether a matching entry at or before `now` may have become part of a tile.
bool may_have_left(const Timeline& timeline, const Step& step, EventTime after) {
  bool may = false;
  window_detail::for_each_list(timeline, step.types, [&](const List& list) {
    may = may || after + window_detail::kTick < list.exact_since();
  });
  return may;
}

}  // namespace

Holds absence(const Timeline& timeline, const AbsenceQuery& query, EventTime now) {
  const bool has_window = query.window.ms > 0;
  const EventTime oldest = has_window ? now - query.window : EventTime::before_all();
  const Newest first =
      newest(timeline, query.first.types, &query.first.filter, query.money_scale, now);
  Holds answer{false, true, first.until};
  if (!first.found || first.at <= oldest) {
    const EventTime reach = first.found ? std::max(oldest, first.at) : oldest;
    const EventTime after = std::max(reach, kEventTimeMin);
    answer.exact = !may_have_left(timeline, query.first, after);
    return answer;
  }
  const EventTime decided = first.at + query.within;
  const Holds followed = any_between(timeline, query.then, query.money_scale, first.at, decided);
  answer.exact = followed.exact && !may_have_left(timeline, query.first, first.at);
  if (followed.value) return answer;
  if (now < decided) {
    sooner(answer.until, decided);
    return answer;
  }
  answer.value = true;
  if (has_window) sooner(answer.until, first.at + query.window);
  return answer;
}

}  // namespace rekindle
