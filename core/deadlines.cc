#include "core/deadlines.h"

#include <algorithm>
#include <utility>

#include "core/state_format.h"

namespace rekindle {
namespace {

// How far ahead of the clock stored deadlines are brought into memory, and how near the clock may
// come to that horizon before the next portion is read.
constexpr Duration kAhead = minutes(60);
constexpr Duration kMargin = minutes(10);
constexpr Duration kSlot = seconds(4);
// One more than lie between the clock and the horizon: no two times share one by going round.
constexpr size_t kSlots = static_cast<size_t>(kAhead.ms / kSlot.ms) + 1;
static_assert(kAhead.ms % kSlot.ms == 0);

EventTime slot_start(EventTime time) {
  const int64_t into = time.ms % kSlot.ms;
  return {time.ms - (into < 0 ? into + kSlot.ms : into)};
}

std::string row_key(PartitionId partition, EventTime time, VisitorKey key) {
  std::string row;
  state_format::append_deadline(partition, time, key, row);
  return row;
}

}  // namespace

Deadlines::Deadlines(PartitionId partition, StateStore& store)
    : x_partition(partition), x_store(store), x_slots(kSlots) {}

size_t Deadlines::slot_index(EventTime time) {
  const int64_t index = slot_start(time).ms / kSlot.ms % static_cast<int64_t>(kSlots);
  return static_cast<size_t>(index < 0 ? index + static_cast<int64_t>(kSlots) : index);
}

void Deadlines::arm(EventTime time, VisitorKey key) {
  const FireBound entry{time, key};
  if (time < x_reading) add_near(entry);
  x_unsaved.push_back(entry);
}

void Deadlines::add_near(const FireBound& entry) {
  if (entry.time < x_sorted_until) {
    x_sorted.insert(entry);
    return;
  }
  slot_of(entry.time).push_back(entry);
  x_slots_next = std::min(x_slots_next, entry.time);
}

// REQUIRES: `until` is the start of a slot.
void Deadlines::sort_until(EventTime until) {
  if (until <= x_sorted_until) return;
  const EventTime end = std::min(until, x_reading);
  x_sorted_until = until;
  if (x_slots_next >= until) return;
  for (EventTime at = x_slots_next; at < end; at = at + kSlot) {
    Slot slot = std::exchange(slot_of(at), {});
    x_sorted.insert(slot.begin(), slot.end());
  }
  x_slots_next = EventTime::never();
  for (EventTime at = end; at < x_reading; at = at + kSlot) {
    for (const FireBound& entry : slot_of(at)) x_slots_next = std::min(x_slots_next, entry.time);
    if (x_slots_next != EventTime::never()) return;
  }
}

// From now on what is armed up to `until` belongs into memory, whether it is stored meanwhile or
// not: what is read once more is one and the same entry.
void Deadlines::begin_reading(EventTime now, EventTime until) {
  sort_until(slot_start(now));  // the circle holds no more than kAhead
  x_next_row = row_key(x_partition, x_horizon, {});
  x_reading = until;
  for (const auto* list : {&x_unsaved, &x_saving}) {
    for (const FireBound& entry : *list) {
      if (entry.time >= x_horizon && entry.time < x_reading) add_near(entry);
    }
  }
}

// True when there is more.
Result<bool> Deadlines::read_rows(size_t most) {
  size_t count = 0;
  bool is_more = false;
  auto read = x_store.scan(
      Table::kDeadlines, x_next_row, row_key(x_partition, x_reading, {}),
      [&](std::string_view key, std::string_view) {
        if (count == most) {
          x_next_row = key;
          is_more = true;
          return false;
        }
        ++count;
        const FireBound entry{state_format::deadline_of(key), state_format::visitor_of(key, 10)};
        if (!is_forgotten(entry.key)) add_near(entry);
        return true;
      });
  if (!read) return read.error();
  if (!is_more) x_horizon = x_reading;
  return is_more;
}

Result<void> Deadlines::bring(EventTime now) {
  if (now == EventTime::before_all()) return {};  // the clock was never set
  if (x_slots_next > now) x_sorted_until = std::max(x_sorted_until, slot_start(now));
  while (now >= x_horizon) {  // a start, or the clock leapt
    if (x_reading == x_horizon) begin_reading(now, slot_start(now) + kSlot);
    if (auto read = read_rows(SIZE_MAX); !read) return read.error();
  }
  return {};
}

Result<void> Deadlines::advance(EventTime now) {
  if (auto brought = bring(now); !brought) return brought;
  sort_until(slot_start(now) + kSlot);  // what is armed up to `now` from here on is in order too
  return {};
}

Result<bool> Deadlines::read_ahead(EventTime now, size_t most) {
  if (now == EventTime::before_all()) return false;
  if (x_reading == x_horizon) {
    if (now + kMargin < x_horizon) return false;
    begin_reading(now, slot_start(now + kAhead));
  }
  if (auto more = read_rows(most); !more) return more;
  return true;
}

FireBound Deadlines::bound(EventTime now, size_t most) const {
  FireBound bound;
  size_t count = 0;
  for (const FireBound& entry : x_sorted) {
    if (entry.time > now || count == most) break;
    bound = entry;
    ++count;
  }
  return bound;
}

bool Deadlines::pop(const FireBound& bound, FireBound& entry) {
  if (x_sorted.empty() || *x_sorted.begin() > bound) return false;
  entry = *x_sorted.begin();
  x_sorted.erase(x_sorted.begin());
  return true;
}

bool Deadlines::is_forgotten(VisitorKey key) const {
  const auto has = [key](const std::vector<VisitorKey>& list) {
    return std::find(list.begin(), list.end(), key) != list.end();
  };
  return has(x_forgotten) || has(x_forgetting);
}

void Deadlines::forget(VisitorKey key, std::vector<std::string>& rows) {
  const auto is_theirs = [key](const FireBound& entry) { return entry.key == key; };
  absl::erase_if(x_sorted, is_theirs);
  for (Slot& slot : x_slots) std::erase_if(slot, is_theirs);
  std::erase_if(x_unsaved, is_theirs);
  for (const FireBound& entry : x_saving) {
    if (is_theirs(entry)) rows.push_back(row_key(x_partition, entry.time, key));
  }
  std::erase_if(x_saving, is_theirs);
  x_forgotten.push_back(key);
}

Result<Deadlines::Rows> Deadlines::stored(StateStore& store, PartitionId partition,
                                          const absl::flat_hash_set<VisitorKey>& visitors) {
  Rows rows;
  std::string begin;
  state_format::append_partition(partition, begin);
  auto read = store.scan(Table::kDeadlines, begin, state_format::partition_end(partition),
                         [&](std::string_view row, std::string_view) {
                           const VisitorKey visitor = state_format::visitor_of(row, 10);
                           if (visitors.contains(visitor)) rows[visitor].emplace_back(row);
                           return true;
                         });
  if (!read) return read.error();
  return rows;
}

void Deadlines::save(const FireBound& fired, StateBatch& batch) {
  // Whoever is behind `fired.key` at that very millisecond may still wait: a million leave at one.
  if (fired > x_removed) {
    batch.remove_range(Table::kDeadlines, row_key(x_partition, x_removed.time, x_removed.key),
                       row_key(x_partition, fired.time, fired.key));
    batch.remove(Table::kDeadlines, row_key(x_partition, fired.time, fired.key));
    x_removed = fired;
  }
  std::string key;
  for (const FireBound& entry : x_unsaved) {
    if (entry <= fired) continue;  // came and went between two checkpoints
    key.clear();
    state_format::append_deadline(x_partition, entry.time, entry.key, key);
    batch.put(Table::kDeadlines, key, {});
  }
  x_saving.insert(x_saving.end(), x_unsaved.begin(), x_unsaved.end());
  x_unsaved.clear();
  x_forgetting.insert(x_forgetting.end(), x_forgotten.begin(), x_forgotten.end());
  x_forgotten.clear();
}

}  // namespace rekindle
