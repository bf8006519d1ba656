#include "core/shard_scope.h"

#include "core/assert.h"

namespace rekindle {

Partition& ShardScope::partition_for(VisitorKey key) {
  Partition* partition =
      x_shard.partition(partition_of(key, x_shard.environment().config.partitions));
  RK_ASSERT(partition != nullptr);  // the query was sent to the wrong shard
  return *partition;
}

const Visitor* ShardScope::visitor(VisitorKey key) {
  auto found = partition_for(key).find(key);
  if (!found) {
    x_shard.environment().report(found.error());
    return nullptr;
  }
  return found.value() == nullptr ? nullptr : &found.value()->visitor;
}

EventTime ShardScope::now(VisitorKey key) {
  return now(partition_for(key).id());
}

EventTime ShardScope::clock(VisitorKey key) {
  return partition_for(key).clock();
}

EventTime ShardScope::now(PartitionId id) {
  const EventTime clock = x_shard.partition(id)->clock();
  const auto& env = x_shard.environment();
  if (env.clock_mode.load() == ClockMode::kEvents) return clock;
  return std::max(clock, as_event_time(env.clock.now()));
}

std::vector<PartitionId> ShardScope::partitions() {
  std::vector<PartitionId> ids;
  for (const auto& partition : x_shard.partitions()) ids.push_back(partition->id());
  return ids;
}

const SiteInsights* ShardScope::insights(PartitionId id, SiteId site) {
  return x_shard.partition(id)->insights().find(site);
}

void ShardScope::look_again(PartitionId id, Visitor& visitor) {
  x_shard.partition(id)->look_at_copy(visitor, now(id));
}

Result<bool> ShardScope::walk(VisitorWalk& walk, size_t most, VisitorReader look) {
  return x_shard.partition(walk.partition)->walk(walk, most, look);
}

const Site* ShardScope::site(SiteId id) const {
  return x_shard.environment().sites.find(id);
}

const SiteInsights* ShardScope::insights(const Visitor& visitor) {
  return partition_for(visitor.key).insights().find(visitor.site);
}

const Decider* ShardScope::decider() const {
  return x_shard.environment().decider;
}

Tallies* ShardScope::tallies() const {
  return x_shard.environment().tallies;
}

std::vector<QueryScope::MemberSet> ShardScope::member_sets(AudienceId audience) {
  std::vector<MemberSet> sets;
  for (const auto& partition : x_shard.partitions()) {
    sets.push_back({partition->id(), partition->clock(), partition->state().change_seq,
                    partition->members(audience), partition->checksum(audience)});
  }
  return sets;
}

std::optional<std::string_view> ShardScope::recent_name(PartitionId id, VisitorNumber number) {
  const std::string_view name = x_shard.partition(id)->recent_name(number);
  if (name.empty()) return std::nullopt;
  return name;
}

const Rules& ShardScope::rules(PartitionId partition) {
  return x_shard.partition(partition)->rules();
}

void ShardScope::wait_for(VisitorKey visitor, Query& running) {
  x_shard.watches().add(visitor, running);
  x_is_kept = true;
}

void ShardScope::wait_no_more(VisitorKey visitor, const Query* waiting) {
  x_shard.stop_waiting(visitor, waiting);
}

}  // namespace rekindle
