#include "core/shard.h"

#include <algorithm>

#include "core/assert.h"
#include "core/customer_thread.h"
#include "core/identity_thread.h"
#include "core/log_format.h"
#include "core/model_thread.h"
#include "core/shard_scope.h"
#include "core/thread_role.h"
#include "core/voices.h"

namespace rekindle {
namespace {

constexpr size_t kMessagesPerTake = 64;

}  // namespace

Shard::Shard(const ShardEnvironment& environment, size_t index, size_t shards)
    : x_env(environment),
      x_index(index),
      x_shards(shards),
      x_operators(environment.make_operators),
      x_inbox(environment.config.inbox_bytes_max),
      x_checkpointer({environment.config, environment.log, environment.store, environment.clock,
                      environment.writer, x_counters, x_inbox.bell(), environment.model,
                      environment.identity, environment.config.cache_bytes_max / shards},
                     x_partitions) {
  const Partition::Environment parts{environment.store, environment.sites, x_counters,
                                     &environment.customers, &environment.identity.companions()};
  for (size_t id = index; id < environment.config.partitions; id += shards) {
    x_partitions.push_back(
        std::make_unique<Partition>(PartitionId{static_cast<uint16_t>(id)}, parts));
  }
  x_shares.resize(x_partitions.size());
  x_unsettled.resize(x_partitions.size(), true);
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

// --- one round

// Whether work that can wait is beside events, so that it has to leave them room. Without a thread
// nothing is: then all is done at once.
bool Shard::is_live(int64_t now_ns) const {
  return x_has_thread && now_ns - x_events_at_ns < limits::kLiveForNs;
}

void Shard::look_at_pace() {
  const int64_t now = monotonic_ns();
  if (!x_touched.empty()) x_events_at_ns = now;
  x_may_fire = !is_live(now) || !x_fire_pace.is_resting(now);
  x_fire_ns = 0;
  x_ordered = 0;
}

void Shard::take_messages() {
  const size_t taken = x_inbox.take(x_taken.data(), x_taken.size());
  for (size_t i = 0; i < taken; ++i) {
    switch (x_taken[i]->kind()) {
      case Message::Kind::kParcel:
        x_waiting.push_back({static_cast<Parcel*>(x_taken[i]), 0});
        break;
      case Message::Kind::kQuery: x_queries.push_back(static_cast<Query*>(x_taken[i])); break;
      case Message::Kind::kProposal:
        x_proposals.push_back(static_cast<Proposal*>(x_taken[i]));
        break;
    }
  }
}

void Shard::publish() {
  bool sessions = false;
  bool claims = false;
  const ChangeListener* listener = x_env.listener.load(std::memory_order_acquire);
  for (const PartitionAppend& append : x_batch.partitions) {
    Partition& committed = *partition(append.partition);
    if (x_env.tallies != nullptr) committed.hand_over_tallies(*x_env.tallies);
    committed.hand_over_touched(x_voices_touched, x_newcomers);
    if (!append.sessions.empty()) {
      std::string_view content;
      bump(x_counters.sessions, read_effects_header(append.sessions, content).value());
      sessions = true;
    }
    claims = claims || !append.claims.empty();
    if (append.changes.empty()) continue;
    std::string_view content;
    const uint32_t count = read_effects_header(append.changes, content).value();
    bump(x_counters.changes, count);
    x_env.last_changes[to_index(append.partition)].store(append.first_change + count - 1,
                                                         std::memory_order_release);
    if (!x_watches.empty()) wake_watchers(content, count);
    if (listener == nullptr) continue;
    x_committed.shares.push_back({append.partition, append.first_change, count});
    x_committed.changes.append(content);
  }
  if (!x_committed.shares.empty()) {
    x_committed.committed_ns = monotonic_ns();
    (*listener)(x_committed);
    x_committed.shares.clear();
    x_committed.changes.clear();
  }
  if (!x_voices_touched.empty() || !x_newcomers.empty()) {
    x_env.voices.tell(x_voices_touched, x_newcomers);
  }
  if (sessions && x_env.model != nullptr) x_env.model->notify();
  if (claims) x_env.identity.notify();
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

void Shard::wake_watchers(std::string_view changes, uint32_t count) {
  ByteReader reader(changes);
  for (uint32_t i = 0; i < count; ++i) {
    Change change;
    RK_ASSERT(read_change(reader, change));
    x_watches.take(change.visitor, x_woken);
  }
}

void Shard::stop_waiting(VisitorKey visitor, const Query* waiting) {
  x_watches.take(visitor, waiting, x_woken);
}

void Shard::answer_queries() {
  for (Query* query : x_queries) {
    ShardScope scope(*this);
    query->run(scope);
    if (scope.is_kept()) continue;
    if (query->sender == nullptr) {
      query->on_reply();  // the engine's own, which waits on another thread
    } else {
      give_back(query);
    }
  }
  x_queries.clear();
  for (Query* query : x_woken) give_back(query);
  x_woken.clear();
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

// True when there is more of it to do right away.
Result<bool> Shard::between_batches(bool had_events) {
  bool more = false;
  if (x_job != nullptr && !x_stopping.load()) {
    auto redefined = redefine_at_leisure(had_events);
    if (!redefined) return redefined;
    more = *redefined;
  }
  auto checkpointed = x_checkpointer.step();
  if (!checkpointed) return checkpointed;
  return more || *checkpointed;
}

bool Shard::step() {
  take_messages();
  if (x_env.failed.load(std::memory_order_relaxed)) {
    const bool any = !x_waiting.empty() || !x_queries.empty() || !x_proposals.empty();
    for (const Waiting& waiting : x_waiting) x_finished.push_back(waiting.parcel);
    x_waiting.clear();
    reply();
    answer_proposals();
    answer_queries();
    ring();
    return any;
  }
  if (!x_checkpointer.is_full()) {
    gather();
    if (!x_proposals.empty()) gather_proposals();
  }
  look_at_pace();
  Result<void> outcome = read_ahead();
  begin_prefetch(x_ahead, Work::kAny);
  for (size_t i = 0; outcome && i < x_touched.size(); ++i) {
    outcome = apply_share(*x_partitions[x_touched[i]], x_shares[x_touched[i]]);
  }
  if (outcome) outcome = fire_due();
  if (outcome) outcome = commit();
  const bool had_events = !x_touched.empty();
  bool busy =
      !x_batch.partitions.empty() || !x_finished.empty() || !x_queries.empty() || x_reads_ahead;
  const size_t crossings = x_touched.empty() ? limits::kRankSliceMax : limits::kRankSliceLiveMax;
  if (outcome) {
    publish();
  } else {
    fail(outcome.error());
  }
  reply();
  if (!x_decided.empty()) answer_proposals();
  answer_queries();
  ring();
  if (outcome) {
    auto moving = x_checkpointer.is_full() ? Result<bool>(false) : move_insights(crossings);
    auto more = moving ? between_batches(had_events) : moving;
    if (!more) fail(more.error());
    busy = busy || (moving && *moving) || !more || more.value() ||
           ((!x_waiting.empty() || !x_proposals.empty()) && !x_checkpointer.is_full());
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

int64_t Shard::sleep_ms() {
  constexpr int64_t kLongest = 60'000;
  int64_t least = kLongest;
  if (x_checkpointer.is_full()) return 1;  // until there is room; those who wait are in x_waiting
  if (x_redefinition_rests) least = 1;
  const bool wall = x_env.clock_mode.load(std::memory_order_relaxed) == ClockMode::kWall;
  for (const auto& partition : x_partitions) {
    const EventTime now = now_for(*partition);
    const EventTime next = partition->deadlines().next();
    // Where only events move the clock, sleep does not bring it nearer to what is not due yet.
    if (next != EventTime::never() && (wall || next <= now))
      least = std::min(least, (next - now).ms);
  }
  return std::max<int64_t>(least, x_may_fire ? 0 : 1);  // what is due may be resting
}

void Shard::run() {
  begin_thread("rk-shard-" + std::to_string(x_index), ThreadRole::kServing);
  const std::vector<unsigned>& cores = x_env.config.shard_cores;
  if (x_index < cores.size()) stay_on_core(cores[x_index]);
  x_has_thread = true;
  while (true) {
    if (step()) continue;
    if (x_stopping.load() && x_waiting.empty() && x_proposals.empty()) return;
    x_inbox.bell().announce_sleep();
    if (step() || (x_stopping.load() && x_waiting.empty() && x_proposals.empty())) {
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
  x_watches.take_all(x_woken);
  for (Query* query : x_woken) {
    query->failed = true;
    give_back(query);
  }
  x_woken.clear();
  ring();
}

Result<void> Shard::checkpoint_all() {
  auto written = x_checkpointer.finish_all();
  if (!written) fail(written.error());
  return written;
}

}  // namespace rekindle
