// What a query about a visitor of a person sees: in their place the one visitor who did everything
// that all visitors of the person did. All else is the shard's.
//
// Thread: the shard's, for one Query::run.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/joined_visitor.h"
#include "core/query.h"

namespace rekindle::io {

class WholeScope final : public QueryScope {
 public:
  // `others`: what the person's other visitors are; none: they are alone, whatever their partition
  // was told so far of who speaks for them. In audiences is who all of them are as one.
  WholeScope(QueryScope& shard, VisitorKey visitor, uint32_t partitions,
             std::span<const Visitor> others);

  [[nodiscard]] const Visitor* visitor(VisitorKey key) override {
    return x_whole && key == x_whole->key ? &*x_whole : x_shard.visitor(key);
  }
  [[nodiscard]] EventTime now(VisitorKey key) override { return x_shard.now(key); }
  [[nodiscard]] EventTime clock(VisitorKey key) override { return x_shard.clock(key); }
  [[nodiscard]] const Site* site(SiteId id) const override { return x_shard.site(id); }
  [[nodiscard]] const SiteInsights* insights(const Visitor& visitor) override {
    return x_shard.insights(visitor);
  }
  [[nodiscard]] const Decider* decider() const override { return x_shard.decider(); }
  [[nodiscard]] Tallies* tallies() const override { return x_shard.tallies(); }
  [[nodiscard]] std::vector<MemberSet> member_sets(AudienceId audience) override {
    return x_shard.member_sets(audience);
  }
  [[nodiscard]] std::optional<std::string_view> recent_name(PartitionId partition,
                                                            VisitorNumber number) override {
    return x_shard.recent_name(partition, number);
  }
  [[nodiscard]] const Rules& rules(PartitionId partition) override {
    return x_shard.rules(partition);
  }
  [[nodiscard]] std::vector<PartitionId> partitions() override { return x_shard.partitions(); }
  [[nodiscard]] EventTime now(PartitionId partition) override { return x_shard.now(partition); }
  [[nodiscard]] const SiteInsights* insights(PartitionId partition, SiteId site) override {
    return x_shard.insights(partition, site);
  }
  void look_again(PartitionId partition, Visitor& visitor) override {
    x_shard.look_again(partition, visitor);
  }
  [[nodiscard]] Result<bool> walk(VisitorWalk& walk, size_t most, VisitorReader look) override {
    return x_shard.walk(walk, most, look);
  }
  void wait_for(VisitorKey visitor, Query& running) override { x_shard.wait_for(visitor, running); }
  void wait_no_more(VisitorKey visitor, const Query* waiting) override {
    x_shard.wait_no_more(visitor, waiting);
  }

 private:
  QueryScope& x_shard;
  std::optional<Visitor> x_whole;  // none: the visitor is not known, or as the shard has them
};

}  // namespace rekindle::io
