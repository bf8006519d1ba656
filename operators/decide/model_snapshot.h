// What decisions read: everything learnt and loaded, as it stood at one publish().
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <memory>

#include "core/ids.h"
#include "operators/decide/catalog/product_catalog.h"
#include "operators/decide/learnt/bestsellers.h"
#include "operators/decide/learnt/cooccurrence.h"
#include "operators/decide/learnt/repurchases.h"
#include "operators/decide/learnt/session_knn.h"

namespace rekindle::operators {

struct RulesModel {
  PairLists lists;
  double score_per_unit = 0;  // units × this = faded weight as of the newest session
};

struct SiteModel {
  std::shared_ptr<const ProductCatalog> catalog;  // never null
  BestsellerLists bestsellers;
  BestsellerLists trending;
  KnnModel knn;
  RulesModel rules;
  CooccurrenceModel viewed_together;     // in one session
  CooccurrenceModel carted_together;     // the same
  CooccurrenceModel bought_together;     // in one order
  CooccurrenceModel viewed_then_bought;  // bought in a session by those who viewed
  RepurchaseSums repurchases;
};

struct ModelSnapshot {
  uint64_t version = 0;  // sessions learnt
  absl::flat_hash_map<SiteId, SiteModel> sites;
};

}  // namespace rekindle::operators
