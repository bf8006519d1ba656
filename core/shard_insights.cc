// A shard's part in ranks and models: says what changed about customers, and brings its partitions
// to what is published, in slices beside live traffic.
#include "core/customer_thread.h"
#include "core/shard.h"

namespace rekindle {

void Shard::gather_customers() {
  for (size_t i = 0; i < x_partitions.size(); ++i) {
    if (!x_partitions[i]->take_customers_changed()) continue;
    x_partitions[i]->hand_over_customers(x_customer_changes);
    x_unsettled[i] = true;
  }
}

// False when something is still to be said, or published and not read yet.
bool Shard::talk_about_customers() {
  gather_customers();
  const bool told = x_env.customers.offer(x_customer_changes);
  return look_for_targets() && told;
}

bool Shard::look_for_targets() {
  if (x_env.customers.version() == x_targets.version) return true;
  if (!x_env.customers.read(x_targets)) return false;
  x_unsettled.assign(x_unsettled.size(), true);
  if (x_targets_since_ns == 0) x_targets_since_ns = monotonic_ns();
  return true;
}

// True when there is more to do. Its own append, after the batch's: it may concern any partition.
Result<bool> Shard::move_insights(size_t most) {
  bool more = !talk_about_customers();
  if (x_targets.version == 0) return more;
  for (size_t n = 0; n < x_partitions.size() && most > 0; ++n) {
    const size_t i = (x_next_unsettled + n) % x_partitions.size();
    if (!x_unsettled[i]) continue;
    auto moved = move_insights(*x_partitions[i], most);
    if (!moved) return moved.error();
    x_unsettled[i] = *moved > 0;
    most -= std::min(most, *moved);
    if (most > 0) continue;
    more = true;
    x_next_unsettled = i;
  }
  if (!x_batch.partitions.empty()) {
    if (auto committed = commit(); !committed) return committed.error();
    publish();
    more = true;  // those that moved are looked at once more
  }
  if (!more) x_targets_since_ns = 0;
  const int64_t lag_ns = x_targets_since_ns == 0 ? 0 : monotonic_ns() - x_targets_since_ns;
  x_counters.rank_lag_ms.store(lag_ns / 1'000'000, std::memory_order_relaxed);
  return more;
}

Result<void> Shard::settle() {
  for (bool more = true; more;) {
    auto moved = move_insights(limits::kRankSliceMax);
    auto saved = moved ? x_checkpointer.step() : moved;
    if (!saved) {
      fail(saved.error());
      return saved.error();
    }
    more = *moved;
  }
  return {};
}

// How many customers were looked at, at least 1 when anything moved.
Result<size_t> Shard::move_insights(Partition& partition, size_t most) {
  const uint64_t before = x_counters.rank_crossings.load(std::memory_order_relaxed);
  std::vector<SiteInsights> step = partition.next_insights(x_targets, most);
  if (step.empty()) return size_t{0};
  auto begun = partition.begin(RecordKind::kInsights, now_for(partition), false, 0);
  if (!begun) return begun.error();
  if (auto changed = partition.change_insights(std::move(step)); !changed) return changed.error();
  x_batch.partitions.push_back(partition.finish());
  const uint64_t after = x_counters.rank_crossings.load(std::memory_order_relaxed);
  return std::max<size_t>(1, after - before);
}

}  // namespace rekindle
