// All customers of all partitions together: who counts how much in each ranking, and so where the
// cuts that audiences ask for lie. Incremental: a changed customer costs a search a metric.
//
// Owned by CustomerThread, which says when. Thread: one at a time.
#pragma once

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "core/customer_models.h"
#include "core/rank.h"
#include "core/rank_column.h"

namespace rekindle {

// A customer's totals changed from `before`, which has no orders if they are new to these views.
struct CustomerChange {
  SiteId site{};
  CustomerViews views = 0;
  EventTime at;  // the partition's clock
  Lifetime before;
  Lifetime after;
};

struct CutPosition {
  SiteId site{};
  RankCut cut;
  RankPosition position;
  friend bool operator==(const CutPosition&, const CutPosition&) = default;
};

class CustomerBook {
 public:
  // `models` may be null: none are learnt.
  CustomerBook(uint32_t partitions, CustomerModels* models)
      : x_partitions(partitions), x_models(models) {}

  void want(const CustomerNeeds& needs) { x_needs.add(needs); }
  void change(const CustomerChange& change);
  // One more partition has put in all its customers for these views.
  void complete(CustomerViews views);
  // Every wanted cut whose customers are complete, ascending by site and cut.
  [[nodiscard]] std::vector<CutPosition> cuts() const;
  // Whether every partition has put in all its customers for what is wanted.
  [[nodiscard]] bool has_all_wanted() const;
  // Whether a model may be fitted: somebody wants one and all customers are in.
  [[nodiscard]] bool can_fit() const { return x_needs.model && is_complete(kModelView); }
  [[nodiscard]] EventTime newest() const { return x_newest; }

 private:
  [[nodiscard]] bool is_complete(CustomerViews view) const;

  uint32_t x_partitions;
  CustomerModels* x_models;
  CustomerNeeds x_needs;
  std::map<CustomerViews, uint32_t> x_completed;  // by view, one bit each: partitions
  std::map<std::pair<SiteId, RankMetric>, RankColumn> x_columns;
  EventTime x_newest = EventTime::before_all();
};

}  // namespace rekindle
