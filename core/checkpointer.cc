#include "core/checkpointer.h"

#include <algorithm>

#include "core/identity_thread.h"
#include "core/model_thread.h"

namespace rekindle {
namespace {

// Encoded between two batches: some 100 visitors of a session or two, a few heavy ones.
constexpr size_t kSliceBytes = 24 * 1'024;
constexpr size_t kFlightsMax = 4;  // checkpoints the writer may be behind
constexpr Duration kTrimEvery = minutes(1);
constexpr int64_t kMarksPerRetention = 1'000;
// A quiet partition is checkpointed too, or its few records would keep everybody's.
constexpr Duration kCheckpointEvery = minutes(10);
constexpr Duration kLookEvery = seconds(10);

}  // namespace

struct Checkpointer::Flight {
  enum : int { kWaiting, kWritten, kFailed };
  size_t partition = 0;
  std::atomic<int> state{kWaiting};
  Error error{};
};

Checkpointer::Checkpointer(const Environment& environment,
                           const std::vector<std::unique_ptr<Partition>>& partitions)
    : x_env(environment),
      x_partitions(partitions),
      x_marks(environment.config.partitions),
      x_effects_marks(environment.config.partitions),
      x_changed_at(environment.config.partitions, environment.clock.now()),
      x_overdue(environment.config.partitions, false) {}

Checkpointer::~Checkpointer() {
  x_env.writer.drain();
}  // flights are written to until then

bool Checkpointer::is_behind() const {
  return x_flights.size() >= kFlightsMax;
}

size_t Checkpointer::next_due() {
  const size_t count = x_partitions.size();
  for (size_t i = 0; i < count; ++i) {
    const size_t index = (x_next + i) % count;
    if (!is_due(index)) continue;
    x_next = index + 1;
    return index;
  }
  return kNone;
}

bool Checkpointer::is_due(size_t index) const {
  const Partition& partition = *x_partitions[index];
  return !partition.is_checkpointing() &&
         (partition.dirty_visitors() >= x_env.config.checkpoint_dirty_visitors ||
          partition.events_since_checkpoint() >= x_env.config.checkpoint_events ||
          x_overdue[index]);
}

void Checkpointer::look_for_overdue() {
  const WallTime now = x_env.clock.now();
  if (now - x_looked_at < kLookEvery) return;
  x_looked_at = now;
  for (size_t i = 0; i < x_partitions.size(); ++i) {
    const bool changed = x_partitions[i]->dirty_visitors() > 0 ||
                         x_partitions[i]->has_new_rules() || x_partitions[i]->has_erased();
    if (!changed) x_changed_at[i] = now;
    x_overdue[i] = x_overdue[i] || (changed && now - x_changed_at[i] >= kCheckpointEvery);
  }
}

void Checkpointer::hand_over(size_t partition) {
  auto flight = std::make_unique<Flight>();
  flight->partition = partition;
  Flight* reported = flight.get();
  x_flights.push_back(std::move(flight));
  x_env.writer.write(x_partitions[partition]->take_batch(), [reported, &bell = x_env.bell](
                                                                const auto& written) {
    if (!written) reported->error = written.error();
    reported->state.store(written ? Flight::kWritten : Flight::kFailed, std::memory_order_release);
    bell.ring();
  });
}

// Marks live in memory only: after a restart a record may be kept longer than asked, never shorter.
// They are set so far apart that a partition has some kMarksPerRetention of them.
void Checkpointer::mark(size_t partition) {
  const WallTime now = x_env.clock.now();
  const Duration apart{x_env.config.log_retention.ms / kMarksPerRetention};
  const PartitionCheckpoint& state = x_partitions[partition]->state();
  auto& marks = x_marks[partition];
  if (marks.empty() || now - marks.back().at >= apart) {
    marks.push_back({x_partitions[partition]->checkpoint_position(), now});
  }
  auto& effects = x_effects_marks[partition];
  if (effects.empty() || now - effects.back().at >= apart) {
    effects.push_back({state.change_seq, state.session_seq, state.claim_seq, now});
  }
}

void Checkpointer::trim() {
  const WallTime now = x_env.clock.now();
  if (now - x_trimmed_at < kTrimEvery) return;
  if (x_trimmed_at == WallTime{}) {
    for (size_t partition = 0; partition < x_partitions.size(); ++partition) mark(partition);
  }
  x_trimmed_at = now;
  const bool too_large = x_env.log.size_bytes() > x_env.config.log_bytes_max;
  std::vector<LogTrim> trims;
  for (size_t partition = 0; partition < x_partitions.size(); ++partition) {
    const LogTrim upto = expired(partition, now, too_large);
    if (upto.position + upto.change + upto.session + upto.claim > 0) trims.push_back(upto);
  }
  if (!trims.empty()) x_env.writer.trim(std::move(trims));
}

// The feed is promised for as long as the retention says; of events, what is checkpointed may leave
// earlier when the log is too large. What the model has not saved, and what
// was not decided of claims, stays for them.
LogTrim Checkpointer::expired(size_t partition, WallTime now, bool too_large) {
  const Duration retention = x_env.config.log_retention;
  LogTrim upto;
  upto.partition = x_partitions[partition]->id();
  auto& marks = x_marks[partition];
  while (!marks.empty() && now - marks.front().at > retention) {
    upto.position = marks.front().position;
    marks.pop_front();
  }
  if (too_large) {
    upto.position = x_partitions[partition]->checkpoint_position();
    marks.clear();
  }
  auto& effects = x_effects_marks[partition];
  while (!effects.empty() && now - effects.front().at > retention) {
    upto.change = effects.front().change;
    upto.session = effects.front().session;
    upto.claim = effects.front().claim;
    effects.pop_front();
  }
  if (x_env.model != nullptr) {
    upto.session = std::min(upto.session, x_env.model->saved(upto.partition));
  }
  upto.claim = std::min(upto.claim, x_env.identity.followed(upto.partition));
  return upto;
}

Result<void> Checkpointer::collect() {
  for (size_t i = 0; i < x_flights.size();) {
    Flight& flight = *x_flights[i];
    const int state = flight.state.load(std::memory_order_acquire);
    if (state == Flight::kFailed) return flight.error;
    if (state == Flight::kWaiting) {
      ++i;
      continue;
    }
    x_partitions[flight.partition]->checkpoint_written();
    bump(x_env.counters.checkpoints);
    mark(flight.partition);
    x_flights.erase(x_flights.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return {};
}

void Checkpointer::begin(size_t partition) {
  x_partitions[partition]->begin_checkpoint();
  x_changed_at[partition] = x_env.clock.now();
  x_overdue[partition] = false;
}

Result<bool> Checkpointer::step() {
  if (auto collected = collect(); !collected) return collected.error();
  make_room();
  look_for_overdue();
  trim();
  if (x_encoding == kNone && x_flights.size() < kFlightsMax) {
    x_encoding = next_due();
    if (x_encoding != kNone) begin(x_encoding);
  }
  if (x_encoding == kNone) return false;
  if (x_partitions[x_encoding]->encode_slice(kSliceBytes)) {
    hand_over(x_encoding);
    x_encoding = kNone;
  }
  return true;
}

Result<void> Checkpointer::finish_all() {
  if (x_encoding != kNone) {
    x_partitions[x_encoding]->encode_slice(SIZE_MAX);
    hand_over(x_encoding);
    x_encoding = kNone;
  }
  x_env.writer.drain();
  if (auto collected = collect(); !collected) return collected;
  for (size_t index = 0; index < x_partitions.size(); ++index) {
    begin(index);
    x_partitions[index]->encode_slice(SIZE_MAX);
    hand_over(index);
  }
  x_env.writer.drain();
  return collect();
}

void Checkpointer::make_room() {
  size_t bytes = 0;
  size_t visitors = 0;
  for (const auto& partition : x_partitions) {
    bytes += partition->cache().bytes();
    visitors += partition->cache().size();
  }
  x_env.counters.cache_bytes.store(static_cast<int64_t>(bytes), std::memory_order_relaxed);
  x_env.counters.cached_visitors.store(static_cast<int64_t>(visitors), std::memory_order_relaxed);
  const bool saving = x_encoding != kNone || !x_flights.empty();
  const bool over = saving && bytes > x_env.cache_bytes_max + x_env.cache_bytes_max / 4;
  x_full = over || (is_behind() && x_env.store.is_stalling());
  if (bytes <= x_env.cache_bytes_max) return;
  // One partition a round: the work stays bounded, and the next round takes the next one.
  Partition& partition = *x_partitions[x_next_room++ % x_partitions.size()];
  const size_t evicted = partition.cache().evict(bytes - x_env.cache_bytes_max);
  bump(x_env.counters.evictions, evicted);
  if (evicted > 0 || saving) return;
  // Hardly anything is clean: what would free most is saved first.
  const auto fewer = [](const auto& a, const auto& b) {
    return a->dirty_visitors() < b->dirty_visitors();
  };
  const auto most = std::max_element(x_partitions.begin(), x_partitions.end(), fewer);
  if ((*most)->dirty_visitors() == 0) return;
  x_overdue[static_cast<size_t>(most - x_partitions.begin())] = true;
}

}  // namespace rekindle
