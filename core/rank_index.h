// A partition's customers in order of each metric that some audience ranks by: finds who lies
// between two places of a ranking.
//
// Thread: the partition's shard. Owns: 32 bytes a customer and metric. A view of the visitors'
// totals: built from them after a start, changed with them, never stored.
#pragma once

#include <absl/container/btree_set.h>

#include <map>
#include <utility>

#include "core/rank.h"

namespace rekindle {

class RankIndex {
 public:
  struct Entry {
    RankValue value;
    VisitorKey key;
    friend constexpr auto operator<=>(const Entry&, const Entry&) = default;
  };
  using Column = absl::btree_set<Entry>;

  // A customer's totals changed from `before`, which has no orders if they are new. Putting in who
  // is there already changes nothing.
  void change(SiteId site, VisitorKey key, const Lifetime& before, const Lifetime& after,
              CustomerViews views);
  // Null: no customers.
  [[nodiscard]] const Column* find(SiteId site, RankMetric metric) const;

 private:
  std::map<std::pair<SiteId, RankMetric>, Column> x_columns;
};

// The first entry that is not before the position.
[[nodiscard]] RankIndex::Column::const_iterator first_from(const RankIndex::Column& column,
                                                           const RankPosition& position);

}  // namespace rekindle
