// A shard's batch: from the parcels that wait to one committed write of the log.
#include "core/shard.h"

#include <algorithm>

#include "core/assert.h"
#include "core/event_format.h"
#include "core/log_format.h"
#include "core/state_format.h"

namespace rekindle {

void Shard::gather() {
  size_t events = 0;
  while (!x_waiting.empty() && events < limits::kBatchEventsMax) {
    Waiting& waiting = x_waiting.front();
    Parcel& parcel = *waiting.parcel;
    if (waiting.offset == 0) {
      for (const std::string& entry : parcel.quarantine) x_batch.quarantine.push_back(entry);
    }
    const std::string_view records = parcel.records;
    while (waiting.offset < records.size() && events < limits::kBatchEventsMax) {
      const size_t size = event_record_size(records.substr(waiting.offset));
      RK_ASSERT(size != 0);
      const std::string_view record = records.substr(waiting.offset, size);
      const VisitorKey key = event_record_visitor(record);
      const auto p = to_index(partition_of(key, x_env.config.partitions));
      RK_ASSERT(p % x_shards == x_index);
      Share& share = x_shares[p / x_shards];
      if (share.records.empty()) x_touched.push_back(p / x_shards);
      x_partitions[p / x_shards]->cache().prefetch(key);
      share.records.push_back(record);
      share.parcels.push_back(&parcel);
      share.keys.push_back(key);
      waiting.offset += size;
      ++events;
    }
    if (waiting.offset < records.size()) break;
    x_finished.push_back(&parcel);
    x_waiting.pop_front();
  }
}

CachedVisitor* Shard::list_visitor(Partition& partition, VisitorKey key) {
  CachedVisitor* const cached = partition.cache().find(key);
  x_ahead.push_back(cached);
  if (cached != nullptr) return cached;
  x_missing.emplace_back(&partition, key);
  state_format::append_visitor(partition.id(), key, x_missing_rows);
  return nullptr;
}

// Visitors whose deadlines a partition will fire next, unless those have to be put in order first,
// or are a herd. REQUIRES: bring(now).
void Shard::list_due(Partition& partition, EventTime now, Share& share) {
  constexpr size_t kListedMax = 16;
  share.due = 0;
  for (const FireBound& entry : partition.deadlines().near()) {
    if (entry.time > now || share.due == kListedMax) return;
    list_visitor(partition, entry.key);
    ++share.due;
  }
}

// The visitors that are not in memory, with one look-up.
Result<void> Shard::read_missing() {
  if (x_missing.empty()) return {};
  std::vector<std::string_view> views;
  views.reserve(x_missing.size());
  for (size_t i = 0; i < x_missing.size(); ++i) {
    views.push_back(
        std::string_view(x_missing_rows)
            .substr(i * state_format::kVisitorKeyBytes, state_format::kVisitorKeyBytes));
  }
  Result<void> outcome;
  auto read =
      x_env.store.multi_get(Table::kVisitors, views, [&](size_t index, std::string_view value) {
        auto inserted = x_missing[index].first->insert_stored(x_missing[index].second, value);
        if (!inserted && outcome) outcome = inserted;
      });
  return read ? outcome : read;
}

Result<void> Shard::read_ahead() {
  x_ahead.clear();
  x_applied = 0;
  x_missing.clear();
  x_missing_rows.clear();
  for (const size_t touched : x_touched) {
    Partition& partition = *x_partitions[touched];
    Share& share = x_shares[touched];
    const EventTime now = std::max(now_for(partition), partition.clock());
    if (auto brought = partition.deadlines().bring(now); !brought) return brought;
    if (x_may_fire) list_due(partition, now, share);
    for (const VisitorKey key : share.keys) {
      share.visitors.push_back(list_visitor(partition, key));
    }
  }
  return read_missing();
}

// Lets the prefetching of those who are listed keep up with deadlines that are about to fire.
void Shard::pass_due(Share& share) {
  for (; share.due > 0; --share.due) prefetch_ahead(x_ahead, x_applied++, Work::kAny);
}

namespace {

void list_refused(std::string_view record, bool is_collision, Parcel& parcel) {
  if (!parcel.lists_refused) return;
  const auto offset = static_cast<size_t>(record.data() - parcel.records.data());
  parcel.refused.push_back({offset, is_collision});
}

}  // namespace

void Shard::quarantine_collision(std::string_view record, Parcel& parcel) {
  QuarantineEntry entry;
  entry.received_at = x_env.clock.now();
  entry.reason = name_of(ErrorCode::kVisitorCollision);
  entry.source = "shard";
  entry.raw = record.substr(0, limits::kQuarantineRawBytesMax);
  append_quarantine(entry, x_collisions.emplace_back());
  ++parcel.collisions;
  list_refused(record, true, parcel);
  bump(x_counters.collisions);
}

// Whether a partition may fire in this round: what is due is not resting, and those that have to
// put many in order first take turns.
bool Shard::has_turn(Partition& partition, EventTime now) {
  if (!x_may_fire) return false;
  const size_t unordered = partition.deadlines().unordered(now);
  if (unordered > limits::kOrderedPerRoundMax - x_ordered && x_ordered > 0) return false;
  x_ordered = std::min(x_ordered + unordered, limits::kOrderedPerRoundMax);
  return true;
}

Result<void> Shard::begin_firing(Partition& partition, RecordKind kind, EventTime now,
                                 bool event_clock, size_t most) {
  const int64_t began = monotonic_ns();
  auto begun = partition.begin(kind, now, event_clock, most);
  x_fire_ns += monotonic_ns() - began;
  return begun;
}

Result<void> Shard::begin_events(Partition& partition) {
  const EventTime now = std::max(now_for(partition), partition.clock());
  const bool event_clock = x_env.clock_mode.load(std::memory_order_relaxed) == ClockMode::kEvents;
  if (auto brought = partition.deadlines().bring(now); !brought) return brought;
  if (partition.deadlines().next() <= now && has_turn(partition, now)) {
    const size_t most = std::max<size_t>(1, limits::kFiresPerBatchMax / 4 / x_touched.size());
    return begin_firing(partition, RecordKind::kEvents, now, event_clock, most);
  }
  return partition.begin(RecordKind::kEvents, now, event_clock, 0);
}

Result<void> Shard::apply_share(Partition& partition, Share& share) {
  pass_due(share);
  if (auto begun = begin_events(partition); !begun) return begun;
  uint64_t duplicates = 0;
  for (size_t i = 0; i < share.records.size(); ++i) {
    prefetch_ahead(x_ahead, x_applied++, Work::kAny);
    auto applied = partition.apply(share.records[i], share.visitors[i]);
    if (!applied) return applied.error();
    if (applied.value() == Partition::Applied::kDuplicate) {
      ++share.parcels[i]->duplicates;
      ++duplicates;
      list_refused(share.records[i], false, *share.parcels[i]);
    } else if (applied.value() == Partition::Applied::kCollision) {
      quarantine_collision(share.records[i], *share.parcels[i]);
    }
  }
  if (!share.proposals.empty()) {
    if (auto applied = apply_proposals(partition, share); !applied) return applied;
  }
  bump(x_counters.duplicates, duplicates);
  bump(x_counters.events, share.records.size() - duplicates);
  x_batch.partitions.push_back(partition.finish());
  if (!x_watches.empty()) {
    for (const VisitorKey key : share.keys) x_watches.take(key, x_woken);
  }
  share.records.clear();
  share.parcels.clear();
  share.keys.clear();
  share.visitors.clear();
  return {};
}

Result<void> Shard::fire_due() {
  // Live traffic goes first: beside a batch only a portion fires, and then what is due rests for a
  // while, or a herd would slow every event.
  size_t budget = x_touched.empty() ? limits::kFiresPerBatchMax : limits::kFiresPerBatchMax / 4;
  if (!x_may_fire) budget = 0;
  int64_t lag = 0;
  const bool wall = x_env.clock_mode.load(std::memory_order_relaxed) == ClockMode::kWall;
  const EventTime wall_now = as_event_time(x_env.clock.now());
  const size_t first = x_next_due;
  x_reads_ahead = false;
  for (size_t i = 0; i < x_partitions.size(); ++i) {
    const size_t index = (first + i) % x_partitions.size();
    Partition& partition = *x_partitions[index];
    const EventTime now = wall ? wall_now : partition.clock();
    if (auto read = partition.deadlines().bring(now); !read) return read;
    if (!x_reads_ahead) {  // one at a time, so that a round stays short
      auto more = partition.deadlines().read_ahead(now, limits::kDeadlinesReadMax);
      if (!more) return more.error();
      x_reads_ahead = *more;
    }
    const EventTime next = partition.deadlines().next();
    if (next > now) continue;
    lag = std::max({lag, int64_t{1}, (now - next).ms});  // 0: nothing is due
    if (budget == 0) break;
    if (std::find(x_touched.begin(), x_touched.end(), index) != x_touched.end()) continue;
    if (!has_turn(partition, now)) continue;
    constexpr size_t kPortion = limits::kFiresPerBatchMax / 4;
    auto begun = begin_firing(partition, RecordKind::kTick, now, false, kPortion);
    if (!begun) return begun;
    x_batch.partitions.push_back(partition.finish());
    budget -= std::min(budget, kPortion);
    x_next_due = index + 1;
  }
  if (x_fire_ns > 0) x_fire_pace.worked(x_fire_ns, lag, monotonic_ns());
  x_counters.deadline_lag_ms.store(lag, std::memory_order_relaxed);
  return {};
}

Result<void> Shard::commit() {
  for (const std::string& entry : x_collisions) x_batch.quarantine.push_back(entry);
  if (x_batch.partitions.empty() && x_batch.quarantine.empty()) return {};
  const int64_t began = monotonic_ns();
  auto appended = x_env.log.append(x_batch, x_env.config.durability);
  if (!appended) return appended;
  bump(x_counters.commit_ns, static_cast<uint64_t>(monotonic_ns() - began));
  bump(x_counters.batches);
  bump(x_counters.quarantined, x_batch.quarantine.size());
  uint64_t bytes = 0;
  for (const PartitionAppend& append : x_batch.partitions) {
    bytes += append.events.size() + append.changes.size() + append.sessions.size() +
             append.claims.size();
  }
  bump(x_counters.log_bytes, bytes);
  return {};
}

}  // namespace rekindle
