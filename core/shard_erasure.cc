// A shard's part in forgetting a visitor.
#include <algorithm>

#include "core/retention.h"
#include "core/shard.h"

namespace rekindle {

Result<bool> Shard::erase(PartitionId id, ErasureJob job) {
  if (x_env.failed.load()) return Error{ErrorCode::kStoreFailed, "the engine stopped"};
  Partition& partition = *this->partition(id);
  if (partition.checkpoint_position() != job.since) return false;
  auto target = partition.erasure_target(job.site, job.name);
  if (!target) return target.error();
  job.mark = {};
  job.mark.applied = true;
  if (!*target) {
    job.mark.claim = partition.state().claim_seq;
    if (auto kept = job.keep(); !kept) return kept.error();
    return true;
  }
  const auto erased = [&]() -> Result<void> {
    auto begun = partition.begin(RecordKind::kErasure, now_for(partition), false, 0);
    if (!begun) return begun;
    const Visitor& visitor = partition.cache().find((*target)->key)->visitor;
    job.counts.events = static_cast<uint64_t>(visitor.lifetime.events);
    for (const Membership& membership : visitor.memberships) {
      if (partition.rules().is_in_force(membership.of())) ++job.counts.audiences;
    }
    partition.erase(**target, std::move(job.deadlines));
    x_batch.partitions.push_back(partition.finish());
    const PartitionCheckpoint& state = partition.state();
    job.mark.applied = job.mark.known = true;
    job.mark.partition = id;
    job.mark.target = **target;
    job.mark.position = state.position;
    job.mark.change = state.change_seq;
    job.mark.session = state.session_seq;
    job.mark.claim = state.claim_seq;
    // Kept first: were it committed without, nobody would know whose number it was.
    if (auto kept = job.keep(); !kept) return kept;
    return commit();
  }();
  if (!erased) {
    fail(erased.error());
    return erased.error();
  }
  publish();
  return true;
}

Result<bool> Shard::forget_unseen(PartitionId id, RetentionJob& job) {
  if (x_env.failed.load()) return Error{ErrorCode::kStoreFailed, "the engine stopped"};
  Partition& partition = *this->partition(id);
  if (partition.checkpoint_position() != job.since) return false;
  const auto forgotten = [&]() -> Result<void> {
    const EventTime now = std::max(now_for(partition), partition.clock());
    std::vector<ErasureTarget> targets;
    for (const VisitorKey key : job.candidates) {
      auto cached = partition.find(key);
      if (!cached) return cached.error();
      if (*cached == nullptr) continue;
      const Visitor& visitor = (*cached)->visitor;
      const Site* const site = x_env.sites.find(visitor.site);
      if (site == nullptr || !is_unseen(visitor, *site, now)) continue;
      auto target = partition.retention_target(**cached);
      if (!target) return target.error();
      targets.push_back(*target);
    }
    if (targets.empty()) return {};
    auto begun = partition.begin(RecordKind::kErasure, now, false, 0);
    if (!begun) return begun;
    for (const ErasureTarget& target : targets) {
      partition.erase(target, std::move(job.deadlines[target.key]));
      job.forgotten.push_back(target.key);
    }
    x_batch.partitions.push_back(partition.finish());
    job.position = partition.state().position;
    job.session = partition.state().session_seq;
    job.claim = partition.state().claim_seq;
    return commit();
  }();
  if (!forgotten) {
    fail(forgotten.error());
    return forgotten.error();
  }
  publish();
  return true;
}

bool Shard::is_checkpointed(PartitionId id, uint64_t position) {
  if (partition(id)->checkpoint_position() >= position) return true;
  x_checkpointer.want(to_index(id) / x_shards);
  return false;
}

}  // namespace rekindle
