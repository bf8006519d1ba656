#include "core/customer_book.h"

#include <algorithm>

namespace rekindle {

void CustomerBook::change(const CustomerChange& change) {
  x_newest = std::max(x_newest, change.at);
  for (size_t m = 0; m < kRankMetrics; ++m) {
    const auto metric = static_cast<RankMetric>(m);
    if ((change.views & view_of(metric)) == 0) continue;
    const std::optional<RankValue> before = rank_value(metric, change.before);
    const std::optional<RankValue> after = rank_value(metric, change.after);
    if (before == after) continue;
    RankColumn& column = x_columns[{change.site, metric}];
    if (before) column.remove(*before);
    if (after) column.add(*after);
  }
  if ((change.views & kModelView) != 0 && x_models != nullptr) {
    x_models->change(change.site, change.before, change.after);
  }
}

void CustomerBook::complete(CustomerViews views) {
  for (CustomerViews view = 1; view <= kModelView; view <<= 1) {
    if ((views & view) != 0) ++x_completed[view];
  }
}

bool CustomerBook::is_complete(CustomerViews view) const {
  const auto found = x_completed.find(view);
  return found != x_completed.end() && found->second == x_partitions;
}

bool CustomerBook::has_all_wanted() const {
  const CustomerViews wanted = views_for(x_needs);
  for (CustomerViews view = 1; view <= kModelView; view <<= 1) {
    if ((wanted & view) != 0 && !is_complete(view)) return false;
  }
  return true;
}

std::vector<CutPosition> CustomerBook::cuts() const {
  std::vector<CutPosition> cuts;
  for (const auto& [place, column] : x_columns) {
    const auto& [site, metric] = place;
    if (!is_complete(view_of(metric))) continue;
    for (const RankCut& cut : x_needs.cuts) {
      if (cut.metric == metric) cuts.push_back({site, cut, position_of(cut, column)});
    }
  }
  return cuts;
}

}  // namespace rekindle
