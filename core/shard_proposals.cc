// Decisions that are logged: asked between a batch's events and its commit, so that the event they
// make lies in the same write, and answered after it. A decision sees everything that was decided
// before it of its visitor, whether in this batch or before; no cap can be passed by two at once.
#include "core/assert.h"
#include "core/decision.h"
#include "core/shard.h"
#include "core/shard_scope.h"

namespace rekindle {

void Shard::gather_proposals() {
  size_t taken = 0;
  for (; !x_proposals.empty() && taken < limits::kProposalsPerBatchMax; ++taken) {
    Proposal* const proposal = x_proposals.front();
    x_proposals.pop_front();
    x_inbox.release(*proposal);
    const auto p = to_index(partition_of(proposal->visitor, x_env.config.partitions));
    RK_ASSERT(p % x_shards == x_index);
    Share& share = x_shares[p / x_shards];
    if (share.records.empty() && share.proposals.empty()) x_touched.push_back(p / x_shards);
    share.proposals.push_back(proposal);
    x_decided.push_back(proposal);
  }
}

Result<void> Shard::apply_proposals(Partition& partition, Share& share) {
  ShardScope scope(*this);
  for (size_t nth = 0; nth < share.proposals.size(); ++nth) {
    Proposal& proposal = *share.proposals[nth];
    proposal.id = decision_id(partition.id(), partition.state().position + 1, nth);
    proposal.run(scope);
    if (proposal.record.empty()) continue;
    auto known = partition.find(proposal.visitor);
    if (!known) return known.error();
    auto applied = partition.apply(proposal.record, *known);
    if (!applied) return applied.error();
    bump(x_counters.decisions);
  }
  share.proposals.clear();
  return {};
}

void Shard::answer_proposals() {
  const bool failed = x_env.failed.load(std::memory_order_relaxed);
  if (failed) {
    for (Proposal* proposal : x_proposals) {
      x_inbox.release(*proposal);
      x_decided.push_back(proposal);
    }
    x_proposals.clear();
  }
  for (Proposal* proposal : x_decided) {
    proposal->failed = failed;
    give_back(proposal);
  }
  x_decided.clear();
}

}  // namespace rekindle
