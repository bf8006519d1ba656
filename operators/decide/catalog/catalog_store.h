// Catalogues in the state store (catalog_format.h): what the interface made of one survives a
// restart. Any thread, but one at a time for a site.
#pragma once

#include <span>

#include "core/error.h"
#include "core/state_store.h"
#include "operators/decide/catalog/catalog_format.h"
#include "operators/decide/catalog/product_catalog.h"

namespace rekindle::operators {

struct StoredCatalog {
  catalog_format::Head head;  // all 0: nothing is stored
  ProductCatalog catalog;
};

// Removes what an interrupted write left behind. Errors: kCorruptRecord, kStoreFailed.
[[nodiscard]] Result<StoredCatalog> load_stored_catalog(StateStore& store, SiteId site);

// Replaces what is stored, in slices; in force when it returns without an error, and not before.
// Raises head.generation. Errors: kStoreFailed, kDiskFull.
[[nodiscard]] Result<void> store_catalog(StateStore& store, SiteId site,
                                         const ProductCatalog& catalog, catalog_format::Head& head);

// Brings the rows of `changed` to what `catalog` has, in one write with the head. Errors: the same.
[[nodiscard]] Result<void> store_changes(StateStore& store, SiteId site,
                                         const ProductCatalog& catalog,
                                         std::span<const NameHash> changed,
                                         const catalog_format::Head& head);

}  // namespace rekindle::operators
