// What a query sees of a shard. Made on the shard's thread, for one Query::run.
#pragma once

#include "core/shard.h"

namespace rekindle {

class ShardScope final : public QueryScope {
 public:
  explicit ShardScope(Shard& shard) : x_shard(shard) {}

  [[nodiscard]] const Visitor* visitor(VisitorKey key) override;
  [[nodiscard]] EventTime now(VisitorKey key) override;
  [[nodiscard]] EventTime clock(VisitorKey key) override;
  [[nodiscard]] const Site* site(SiteId id) const override;
  [[nodiscard]] const SiteInsights* insights(const Visitor& visitor) override;
  [[nodiscard]] const Decider* decider() const override;
  [[nodiscard]] Tallies* tallies() const override;
  [[nodiscard]] std::vector<MemberSet> member_sets(AudienceId audience) override;
  [[nodiscard]] std::optional<std::string_view> recent_name(PartitionId partition,
                                                            VisitorNumber number) override;
  [[nodiscard]] const Rules& rules(PartitionId partition) override;
  [[nodiscard]] std::vector<PartitionId> partitions() override;
  [[nodiscard]] EventTime now(PartitionId partition) override;
  [[nodiscard]] const SiteInsights* insights(PartitionId partition, SiteId site) override;
  void look_again(PartitionId partition, Visitor& visitor) override;
  [[nodiscard]] Result<bool> walk(VisitorWalk& walk, size_t most, VisitorReader look) override;
  void wait_for(VisitorKey visitor, Query& running) override;
  void wait_no_more(VisitorKey visitor, const Query* waiting) override;
  [[nodiscard]] bool is_kept() const { return x_is_kept; }  // the query waits in the shard
  // For the engine's own queries.
  [[nodiscard]] Shard& shard() { return x_shard; }

 private:
  [[nodiscard]] Partition& partition_for(VisitorKey key);
  Shard& x_shard;
  bool x_is_kept = false;
};

}  // namespace rekindle
