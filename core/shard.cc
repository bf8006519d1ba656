#include "core/shard.h"

#include <algorithm>

#include "core/assert.h"
#include "core/event_format.h"
#include "core/log_format.h"
#include "core/model_thread.h"
#include "core/shard_scope.h"
#include "core/state_format.h"
#include "core/thread_name.h"

namespace rekindle {
namespace {

constexpr size_t kMessagesPerTake = 64;
constexpr size_t kReplayPortion = 1'024;  // visitors read ahead together while recovering

void add(std::atomic<uint64_t>& counter, uint64_t n) {
  counter.fetch_add(n, std::memory_order_relaxed);
}

}  // namespace

Shard::Shard(const ShardEnvironment& environment, size_t index, size_t shards)
    : x_env(environment),
      x_index(index),
      x_shards(shards),
      x_operators(environment.make_operators),
      x_inbox(environment.config.inbox_bytes_max),
      x_checkpointer(
          {environment.config, environment.log, environment.clock, environment.writer, x_counters,
           x_inbox.bell(), environment.model, environment.config.cache_bytes_max / shards},
          x_partitions) {
  const Partition::Environment parts{environment.store, environment.sites, x_counters};
  for (size_t id = index; id < environment.config.partitions; id += shards) {
    x_partitions.push_back(
        std::make_unique<Partition>(PartitionId{static_cast<uint16_t>(id)}, parts));
  }
  x_shares.resize(x_partitions.size());
  x_taken.resize(kMessagesPerTake);
}

Shard::~Shard() {
  stop();
}

Partition* Shard::partition(PartitionId id) {
  const size_t p = to_index(id);
  return p % x_shards == x_index ? x_partitions[p / x_shards].get() : nullptr;
}

EventTime Shard::now_for(const Partition& partition) const {
  return x_env.clock_mode.load(std::memory_order_relaxed) == ClockMode::kWall
             ? as_event_time(x_env.clock.now())
             : partition.clock();
}

// --- recovery
// --------------------------------------------------------------------------------------

Result<void> Shard::recover(std::atomic<uint64_t>& records_done) {
  std::vector<LogPosition> after;
  for (auto& partition : x_partitions) {
    if (auto loaded = partition->load(); !loaded) return loaded;
    if (auto used = partition->use(x_operators); !used) return used;
    after.push_back({partition->id(), partition->state().position});
  }
  std::vector<Replay> replays(x_partitions.size());
  Result<void> outcome;
  auto read =
      x_env.log.read_events(after, [&](PartitionId id, uint64_t position, std::string_view record) {
        Replay& replay = replays[to_index(id) / x_shards];
        replay.records.emplace_back(position, record);
        outcome = Partition::visitors_of(record, replay.visitors);
        records_done.fetch_add(1, std::memory_order_relaxed);
        if (outcome && replay.visitors.size() >= kReplayPortion) {
          outcome = apply_replay(*partition(id), replay);
        }
        return static_cast<bool>(outcome);
      });
  if (!read) return read;
  for (size_t i = 0; outcome && i < x_partitions.size(); ++i) {
    outcome = apply_replay(*x_partitions[i], replays[i]);
    x_env.last_changes[to_index(x_partitions[i]->id())] = x_partitions[i]->state().change_seq;
  }
  return outcome;
}

Result<void> Shard::apply_replay(Partition& partition, Replay& replay) {
  if (auto ahead = partition.read_ahead(replay.visitors); !ahead) return ahead;
  for (const auto& [position, record] : replay.records) {
    auto applied = partition.replay(position, record, x_operators);
    if (!applied) return applied;
  }
  replay = {};
  return {};
}

Result<void> Shard::adopt(const Rules& rules) {
  for (auto& partition : x_partitions) {
    if (partition->rules().version == rules.version) continue;
    const EventTime now = now_for(*partition);
    if (auto begun = partition->begin(RecordKind::kRules, now, false, 0); !begun) return begun;
    if (auto changed = partition->change_rules(rules, x_operators); !changed) return changed;
    x_batch.partitions.push_back(partition->finish());
    if (auto committed = commit(); !committed) return committed;
    publish();
  }
  return {};
}

// --- one round
// -------------------------------------------------------------------------------------

void Shard::take_messages() {
  const size_t taken = x_inbox.take(x_taken.data(), x_taken.size());
  for (size_t i = 0; i < taken; ++i) {
    if (x_taken[i]->kind() == Message::Kind::kQuery) {
      x_queries.push_back(static_cast<Query*>(x_taken[i]));
    } else {
      x_waiting.push_back({static_cast<Parcel*>(x_taken[i]), 0});
    }
  }
}

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

Result<void> Shard::read_ahead() {
  x_ahead.clear();
  x_applied = 0;
  std::string rows;
  std::vector<std::pair<Partition*, VisitorKey>> missing;
  for (const size_t touched : x_touched) {
    Partition& partition = *x_partitions[touched];
    Share& share = x_shares[touched];
    for (const VisitorKey key : share.keys) {
      CachedVisitor* cached = partition.cache().find(key);
      share.visitors.push_back(cached);
      x_ahead.push_back(cached);
      if (cached != nullptr) continue;
      missing.emplace_back(&partition, key);
      state_format::append_visitor(partition.id(), key, rows);
    }
  }
  if (missing.empty()) return {};
  std::vector<std::string_view> views;
  views.reserve(missing.size());
  for (size_t i = 0; i < missing.size(); ++i) {
    views.push_back(std::string_view(rows).substr(i * state_format::kVisitorKeyBytes,
                                                  state_format::kVisitorKeyBytes));
  }
  Result<void> outcome;
  auto read =
      x_env.store.multi_get(Table::kVisitors, views, [&](size_t index, std::string_view value) {
        auto inserted = missing[index].first->insert_stored(missing[index].second, value);
        if (!inserted && outcome) outcome = inserted;
      });
  return read ? outcome : read;
}

void Shard::quarantine_collision(std::string_view record, Parcel& parcel) {
  QuarantineEntry entry;
  entry.received_at = x_env.clock.now();
  entry.reason = name_of(ErrorCode::kVisitorCollision);
  entry.source = "shard";
  entry.raw = record.substr(0, limits::kQuarantineRawBytesMax);
  append_quarantine(entry, x_collisions.emplace_back());
  ++parcel.collisions;
  add(x_counters.collisions, 1);
}

Result<void> Shard::apply_share(Partition& partition, Share& share) {
  const bool event_clock = x_env.clock_mode.load(std::memory_order_relaxed) == ClockMode::kEvents;
  const size_t fires = std::max<size_t>(1, limits::kFiresPerBatchMax / 4 / x_touched.size());
  auto begun = partition.begin(RecordKind::kEvents, now_for(partition), event_clock, fires);
  if (!begun) return begun;
  uint64_t duplicates = 0;
  for (size_t i = 0; i < share.records.size(); ++i) {
    prefetch_ahead(x_ahead, x_applied++);
    auto applied = partition.apply(share.records[i], share.visitors[i]);
    if (!applied) return applied.error();
    if (applied.value() == Partition::Applied::kDuplicate) {
      ++share.parcels[i]->duplicates;
      ++duplicates;
    } else if (applied.value() == Partition::Applied::kCollision) {
      quarantine_collision(share.records[i], *share.parcels[i]);
    }
  }
  add(x_counters.duplicates, duplicates);
  add(x_counters.events, share.records.size() - duplicates);
  x_batch.partitions.push_back(partition.finish());
  share.records.clear();
  share.parcels.clear();
  share.keys.clear();
  share.visitors.clear();
  return {};
}

Result<void> Shard::fire_due() {
  // Live traffic goes first: beside a batch only a portion fires, or a herd would slow every event.
  size_t budget = x_touched.empty() ? limits::kFiresPerBatchMax : limits::kFiresPerBatchMax / 4;
  int64_t lag = 0;
  const bool wall = x_env.clock_mode.load(std::memory_order_relaxed) == ClockMode::kWall;
  const EventTime wall_now = as_event_time(x_env.clock.now());
  for (size_t i = 0; i < x_partitions.size() && budget > 0; ++i) {
    const size_t index = (x_next_due + i) % x_partitions.size();
    Partition& partition = *x_partitions[index];
    const EventTime now = wall ? wall_now : partition.clock();
    if (auto read = partition.deadlines().advance(now); !read) return read;
    const EventTime next = partition.deadlines().next();
    if (next > now) continue;
    lag = std::max(lag, (now - next).ms);
    if (std::find(x_touched.begin(), x_touched.end(), index) != x_touched.end()) continue;
    constexpr size_t kPortion = limits::kFiresPerBatchMax / 4;
    if (auto begun = partition.begin(RecordKind::kTick, now, false, kPortion); !begun) {
      return begun;
    }
    x_batch.partitions.push_back(partition.finish());
    budget -= std::min(budget, kPortion);
    if (budget == 0) x_next_due = index + 1;
  }
  x_counters.deadline_lag_ms.store(lag, std::memory_order_relaxed);
  return {};
}

Result<void> Shard::commit() {
  for (const std::string& entry : x_collisions) x_batch.quarantine.push_back(entry);
  if (x_batch.partitions.empty() && x_batch.quarantine.empty()) return {};
  const int64_t began = monotonic_ns();
  auto appended = x_env.log.append(x_batch, x_env.config.durability);
  if (!appended) return appended;
  add(x_counters.commit_ns, static_cast<uint64_t>(monotonic_ns() - began));
  add(x_counters.batches, 1);
  add(x_counters.quarantined, x_batch.quarantine.size());
  uint64_t bytes = 0;
  for (const PartitionAppend& append : x_batch.partitions) {
    bytes += append.events.size() + append.changes.size() + append.sessions.size();
  }
  add(x_counters.log_bytes, bytes);
  return {};
}

void Shard::publish() {
  bool sessions = false;
  const ChangeListener* listener = x_env.listener.load(std::memory_order_acquire);
  const int64_t now = listener != nullptr ? monotonic_ns() : 0;
  for (const PartitionAppend& append : x_batch.partitions) {
    if (!append.sessions.empty()) {
      std::string_view content;
      add(x_counters.sessions, read_effects_header(append.sessions, content).value());
      sessions = true;
    }
    if (append.changes.empty()) continue;
    std::string_view content;
    const uint32_t count = read_effects_header(append.changes, content).value();
    add(x_counters.changes, count);
    x_env.last_changes[to_index(append.partition)].store(append.first_change + count - 1,
                                                         std::memory_order_release);
    if (listener != nullptr) {
      (*listener)({append.partition, append.first_change, count, std::string(content), now});
    }
  }
  if (sessions && x_env.model != nullptr) x_env.model->notify();
  x_batch.partitions.clear();
  x_batch.quarantine.clear();
  x_collisions.clear();
  x_touched.clear();
}

void Shard::reply() {
  for (Parcel* parcel : x_finished) {
    parcel->failed = x_env.failed.load(std::memory_order_relaxed);
    x_inbox.release(parcel->cost_bytes());
    give_back(parcel);
  }
  x_finished.clear();
  x_counters.inbox_bytes.store(x_inbox.bytes(), std::memory_order_relaxed);
}

void Shard::answer_queries() {
  for (Query* query : x_queries) {
    ShardScope scope(*this);
    query->run(scope);
    if (query->sender == nullptr) {
      query->on_reply();  // the engine's own, which waits on another thread
    } else {
      give_back(query);
    }
  }
  x_queries.clear();
}

void Shard::give_back(Message* message) {
  Mailbox* sender = message->sender;
  sender->deliver(&message, 1);  // from here on it may be gone
  if (std::find(x_to_ring.begin(), x_to_ring.end(), sender) == x_to_ring.end()) {
    x_to_ring.push_back(sender);
  }
}

// Once a round and sender: a ring for each message would wake the sender for the first and have it
// compete with this thread for the rest.
void Shard::ring() {
  for (Mailbox* sender : x_to_ring) sender->bell().ring();
  x_to_ring.clear();
}

void Shard::fail(const Error& error) {
  // The visitors in memory are ahead of the log now: nothing of them may be acknowledged or saved.
  x_env.report(error);
  x_env.failed.store(true);
  x_batch.partitions.clear();
  x_batch.quarantine.clear();
  x_collisions.clear();
  x_touched.clear();
  for (Share& share : x_shares) share = {};
}

bool Shard::step() {
  take_messages();
  if (x_env.failed.load(std::memory_order_relaxed)) {
    const bool any = !x_waiting.empty() || !x_queries.empty();
    for (const Waiting& waiting : x_waiting) x_finished.push_back(waiting.parcel);
    x_waiting.clear();
    reply();
    answer_queries();
    ring();
    return any;
  }
  if (!x_checkpointer.is_full()) gather();
  Result<void> outcome = read_ahead();
  begin_prefetch(x_ahead);
  for (size_t i = 0; outcome && i < x_touched.size(); ++i) {
    outcome = apply_share(*x_partitions[x_touched[i]], x_shares[x_touched[i]]);
  }
  if (outcome) outcome = fire_due();
  if (outcome) outcome = commit();
  bool busy = !x_batch.partitions.empty() || !x_finished.empty() || !x_queries.empty();
  if (outcome) {
    publish();
  } else {
    fail(outcome.error());
  }
  reply();
  answer_queries();
  ring();
  if (outcome) {
    auto more = x_checkpointer.step();
    if (!more) fail(more.error());
    busy = busy || !more || more.value() || (!x_waiting.empty() && !x_checkpointer.is_full());
  }
  return busy;
}

Result<void> Shard::tick(EventTime now) {
  auto ticked = tick_partitions(now);
  if (!ticked) fail(ticked.error());
  return ticked;
}

Result<void> Shard::tick_partitions(EventTime now) {
  for (auto& partition : x_partitions) {
    do {
      auto begun = partition->begin(RecordKind::kTick, now, false, limits::kFiresPerBatchMax);
      if (!begun) return begun;
      x_batch.partitions.push_back(partition->finish());
      if (auto committed = commit(); !committed) return committed;
      publish();
      if (auto more = x_checkpointer.step(); !more) return more.error();
    } while (partition->deadlines().next() <= now);
  }
  return {};
}

// --- the thread
// ------------------------------------------------------------------------------------

int64_t Shard::sleep_ms() {
  constexpr int64_t kLongest = 60'000;
  int64_t least = kLongest;
  if (x_checkpointer.is_full()) return 1;  // until there is room; those who wait are in x_waiting
  if (x_env.clock_mode.load(std::memory_order_relaxed) == ClockMode::kEvents) return least;
  const EventTime now = as_event_time(x_env.clock.now());
  for (const auto& partition : x_partitions) {
    const EventTime next = partition->deadlines().next();
    if (next != EventTime::never()) least = std::min(least, (next - now).ms);
  }
  return std::max<int64_t>(least, 0);
}

void Shard::run() {
  name_this_thread("rk-shard-" + std::to_string(x_index));
  while (true) {
    if (step()) continue;
    if (x_stopping.load() && x_waiting.empty()) return;
    x_inbox.bell().announce_sleep();
    if (step() || (x_stopping.load() && x_waiting.empty())) {
      x_inbox.bell().cancel_sleep();
      continue;
    }
    x_inbox.bell().wait(sleep_ms());
  }
}

void Shard::start() {
  x_thread = std::thread([this] { run(); });
}

void Shard::stop() {
  x_stopping.store(true);
  x_inbox.bell().announce_sleep();  // so that the ring below is written whatever the shard does
  x_inbox.bell().ring();
  if (x_thread.joinable()) x_thread.join();
}

Result<void> Shard::checkpoint_all() {
  auto written = x_checkpointer.finish_all();
  if (!written) fail(written.error());
  return written;
}

}  // namespace rekindle
