// The sites' catalogues as they are now, and how they change while the server runs: read, stored,
// then handed on to be published. A change copies the catalogue, which costs pointers.
#pragma once

#include <absl/functional/function_ref.h>

#include <map>
#include <memory>
#include <mutex>

#include "core/catalog_change.h"
#include "core/error.h"
#include "core/state_store.h"
#include "operators/decide/catalog/catalog_format.h"
#include "operators/decide/catalog/product_catalog.h"

namespace rekindle::operators {

// Thread: any. Changes happen one after another; looking never waits for one.
class CatalogKeeper {
 public:
  // `store` may be null: then nothing survives. It must outlive this object.
  explicit CatalogKeeper(StateStore* store) : x_store(store) {}

  struct Kept {
    std::shared_ptr<const ProductCatalog> catalog;
    catalog_format::Head head;
  };
  void begin(SiteId site, Kept kept);  // before any change
  [[nodiscard]] CatalogSummary summary(SiteId site) const;

  // `publish` is called with the new catalogue once it is stored. Errors: kNotFound (begin() was
  // never called for the site), kInvalidArgument (no row can be used; nothing was changed),
  // kStoreFailed, kDiskFull.
  [[nodiscard]] Result<CatalogOutcome> change(
      const CatalogUpload& upload,
      absl::FunctionRef<void(const std::shared_ptr<const ProductCatalog>&)> publish);

 private:
  [[nodiscard]] Kept kept(SiteId site) const;
  StateStore* x_store;
  std::mutex x_changing;  // held during a whole change
  mutable std::mutex x_mutex;
  std::map<SiteId, Kept> x_sites;
};

}  // namespace rekindle::operators
