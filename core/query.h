// Questions to shards: what a query may look at while it runs on a shard's thread, and the ready
// queries the front doors use.
#pragma once

#include <roaring/roaring.hh>

#include <optional>
#include <string>
#include <vector>

#include "core/decider.h"
#include "core/insights.h"
#include "core/mailbox.h"
#include "core/rules.h"
#include "core/set_checksum.h"
#include "core/tallies.h"
#include "core/visitor.h"
#include "core/visitor_walk.h"

namespace rekindle {

class Partition;

// Thread: the shard's, for the duration of Query::run.
class QueryScope {
 public:
  virtual ~QueryScope() = default;
  // The visitor, advanced to the partition's clock; read from the store if cold; null when unknown.
  [[nodiscard]] virtual const Visitor* visitor(VisitorKey key) = 0;
  // The clock of the partition a visitor belongs to.
  [[nodiscard]] virtual EventTime now(VisitorKey key) = 0;
  // The same as the log knows it: what is logged now has this time.
  [[nodiscard]] virtual EventTime clock(VisitorKey key) = 0;
  [[nodiscard]] virtual const Site* site(SiteId id) const = 0;
  // What a visitor's partition knows of their site's customers as a whole; null: nothing yet.
  [[nodiscard]] virtual const SiteInsights* insights(const Visitor& visitor) = 0;
  [[nodiscard]] virtual const Decider* decider() const = 0;
  // What all visitors share; null: nothing is offered, so nothing is counted.
  [[nodiscard]] virtual Tallies* tallies() const = 0;
  // Member set of an audience in one of the shard's partitions, its checksum and clock, and the seq
  // of the last change it contains. Partitions of other shards are not visible.
  struct MemberSet {
    PartitionId partition{};
    EventTime as_of;
    uint64_t seq = 0;
    const Roaring* members = nullptr;  // visitor numbers; null: none
    SetChecksum checksum;
  };
  [[nodiscard]] virtual std::vector<MemberSet> member_sets(AudienceId audience) = 0;
  // Names of visitors that are not yet in the store; nothing when they are (or never were).
  [[nodiscard]] virtual std::optional<std::string_view> recent_name(PartitionId partition,
                                                                    VisitorNumber number) = 0;
  [[nodiscard]] virtual const Rules& rules(PartitionId partition) = 0;
  // The partitions of this shard.
  [[nodiscard]] virtual std::vector<PartitionId> partitions() = 0;
  // A partition's clock.
  [[nodiscard]] virtual EventTime now(PartitionId partition) = 0;
  // What is known of a site's customers as a whole; null: nothing yet.
  [[nodiscard]] virtual const SiteInsights* insights(PartitionId partition, SiteId site) = 0;
  // The next visitors of a walk, at most `most`; false when all were seen.
  [[nodiscard]] virtual Result<bool> walk(VisitorWalk& walk, size_t most, VisitorReader look) = 0;
  // Keeps the query that is running: it goes back to its sender once an event of this visitor is
  // committed or an audience of theirs changes, whoever else causes that.
  virtual void wait_for(VisitorKey visitor, Query& running) = 0;
  // Sends one that waits back now. `waiting` may be gone already; it is only compared, so a query
  // of the same sender at the same place may come back early instead.
  virtual void wait_no_more(VisitorKey visitor, const Query* waiting) = 0;
  // Lets the operators in force look at a visitor who is in no partition, at a partition's clock:
  // leaves them in the audiences that they are in. Nobody is told.
  virtual void look_again(PartitionId partition, Visitor& visitor) = 0;
};

}  // namespace rekindle
