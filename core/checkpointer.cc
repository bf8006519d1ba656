#include "core/checkpointer.h"

namespace rekindle {
namespace {

// Encoded between two batches: some 100 visitors of a session or two, a few heavy ones; 0.1 ms.
constexpr size_t kSliceBytes = 24 * 1'024;
constexpr size_t kFlightsMax = 4;  // checkpoints the writer may be behind
constexpr Duration kTrimEvery = minutes(1);

}  // namespace

struct Checkpointer::Flight {
  enum : int { kWaiting, kWritten, kFailed };
  size_t partition = 0;
  std::atomic<int> state{kWaiting};
  Error error{};
};

Checkpointer::Checkpointer(const Environment& environment,
                           const std::vector<std::unique_ptr<Partition>>& partitions)
    : x_env(environment), x_partitions(partitions) {}

Checkpointer::~Checkpointer() {
  x_env.writer.drain();
}  // flights are written to until then

size_t Checkpointer::next_due() {
  const size_t count = x_partitions.size();
  for (size_t i = 0; i < count; ++i) {
    const size_t index = (x_next + i) % count;
    const Partition& partition = *x_partitions[index];
    if (partition.is_checkpointing()) continue;
    if (partition.dirty_visitors() >= x_env.config.checkpoint_dirty_visitors ||
        partition.events_since_checkpoint() >= x_env.config.checkpoint_events) {
      x_next = index + 1;
      return index;
    }
  }
  return kNone;
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
void Checkpointer::mark(size_t partition) {
  x_marks.resize(x_partitions.size());
  x_marks[partition].push_back({x_partitions[partition]->checkpoint_position(), x_env.clock.now()});
}

void Checkpointer::trim() {
  const WallTime now = x_env.clock.now();
  if (now - x_trimmed_at < kTrimEvery) return;
  x_trimmed_at = now;
  const bool too_large = x_env.log.size_bytes() > x_env.config.log_bytes_max;
  std::vector<LogPosition> trims;
  for (size_t partition = 0; partition < x_marks.size(); ++partition) {
    auto& marks = x_marks[partition];
    uint64_t position = 0;
    while (!marks.empty() && (too_large || now - marks.front().at > x_env.config.log_retention)) {
      position = marks.front().position;
      marks.pop_front();
    }
    if (position > 0) trims.push_back({x_partitions[partition]->id(), position});
  }
  if (!trims.empty()) x_env.writer.trim(std::move(trims));
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
    x_env.counters.checkpoints.fetch_add(1, std::memory_order_relaxed);
    mark(flight.partition);
    x_flights.erase(x_flights.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return {};
}

Result<bool> Checkpointer::step() {
  if (auto collected = collect(); !collected) return collected.error();
  make_room();
  trim();
  if (x_encoding == kNone && x_flights.size() < kFlightsMax) {
    x_encoding = next_due();
    if (x_encoding != kNone) x_partitions[x_encoding]->begin_checkpoint();
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
    x_partitions[index]->begin_checkpoint();
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
  if (bytes <= x_env.cache_bytes_max) return;
  // One partition a round: the work stays bounded, and the next round takes the next one.
  Partition& partition = *x_partitions[x_next_room++ % x_partitions.size()];
  const size_t evicted = partition.cache().evict(bytes - x_env.cache_bytes_max);
  x_env.counters.evictions.fetch_add(evicted, std::memory_order_relaxed);
}

}  // namespace rekindle
