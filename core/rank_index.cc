#include "core/rank_index.h"

namespace rekindle {

void RankIndex::change(SiteId site, VisitorKey key, const Lifetime& before, const Lifetime& after,
                       CustomerViews views) {
  for (size_t m = 0; m < kRankMetrics; ++m) {
    const auto metric = static_cast<RankMetric>(m);
    if ((views & view_of(metric)) == 0) continue;
    const std::optional<RankValue> old_value = rank_value(metric, before);
    const std::optional<RankValue> new_value = rank_value(metric, after);
    Column& column = x_columns[{site, metric}];
    if (old_value && old_value != new_value) column.erase({*old_value, key});
    if (new_value) column.insert({*new_value, key});
  }
}

const RankIndex::Column* RankIndex::find(SiteId site, RankMetric metric) const {
  const auto found = x_columns.find({site, metric});
  return found == x_columns.end() ? nullptr : &found->second;
}

RankIndex::Column::const_iterator first_from(const RankIndex::Column& column,
                                             const RankPosition& position) {
  switch (position.where) {
    case RankPosition::Where::kBeforeAll: return column.begin();
    case RankPosition::Where::kAt: return column.lower_bound({position.value, position.key});
    case RankPosition::Where::kAfterAll: break;
  }
  return column.end();
}

}  // namespace rekindle
