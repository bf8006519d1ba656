#include "core/deadlines.h"

#include "core/state_format.h"

namespace rekindle {
namespace {

// How far ahead of the clock stored deadlines are brought into memory, and how near the clock may
// come to that horizon before the next portion is read.
constexpr Duration kAhead = minutes(60);
constexpr Duration kMargin = minutes(10);

std::string row_key(PartitionId partition, EventTime time, VisitorKey key) {
  std::string row;
  state_format::append_deadline(partition, time, key, row);
  return row;
}

}  // namespace

void Deadlines::arm(EventTime time, VisitorKey key) {
  const FireBound entry{time, key};
  if (time < x_horizon) x_near.insert(entry);
  x_unsaved.push_back(entry);
}

Result<void> Deadlines::advance(EventTime now) {
  if (now + kMargin < x_horizon) return {};
  const EventTime horizon = now + kAhead;
  const auto begin = row_key(x_partition, x_horizon, {});
  const auto end = row_key(x_partition, horizon, {});
  auto read =
      x_store.scan(Table::kDeadlines, begin, end, [this](std::string_view key, std::string_view) {
        x_near.insert({state_format::deadline_of(key), state_format::visitor_of(key, 10)});
        return true;
      });
  if (!read) return read.error();
  for (const auto* list : {&x_unsaved, &x_saving}) {
    for (const FireBound& entry : *list) {
      if (entry.time >= x_horizon && entry.time < horizon) x_near.insert(entry);
    }
  }
  x_horizon = horizon;
  return {};
}

FireBound Deadlines::bound(EventTime now, size_t most) const {
  FireBound bound;
  size_t count = 0;
  for (const FireBound& entry : x_near) {
    if (entry.time > now || count == most) break;
    bound = entry;
    ++count;
  }
  return bound;
}

bool Deadlines::pop(const FireBound& bound, FireBound& entry) {
  if (x_near.empty() || *x_near.begin() > bound) return false;
  entry = *x_near.begin();
  x_near.erase(x_near.begin());
  return true;
}

void Deadlines::save(const FireBound& fired, StateBatch& batch) {
  // Everything before `fired.time` has fired; rows at that very millisecond may still wait.
  if (fired.time > x_removed) {
    batch.remove_range(Table::kDeadlines, row_key(x_partition, x_removed, {}),
                       row_key(x_partition, fired.time, {}));
    x_removed = fired.time;
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
}

}  // namespace rekindle
