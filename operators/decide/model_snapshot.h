// What decisions read: everything learnt and loaded, as it stood at one publish().
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <memory>

#include "core/ids.h"
#include "operators/decide/bestsellers.h"
#include "operators/decide/product_catalog.h"

namespace rekindle::operators {

struct SiteModel {
  std::shared_ptr<const ProductCatalog> catalog;  // never null; a reload puts another one here
  BestsellerLists bestsellers;
};

struct ModelSnapshot {
  uint64_t version = 0;  // sessions learnt
  absl::flat_hash_map<SiteId, SiteModel> sites;
};

}  // namespace rekindle::operators
