#include "operators/decide/catalog/catalog_keeper.h"

#include <fmt/format.h>

#include "core/limits.h"
#include "operators/decide/catalog/catalog_formats.h"
#include "operators/decide/catalog/catalog_row.h"
#include "operators/decide/catalog/catalog_store.h"

namespace rekindle::operators {
namespace {

Result<LoadedCatalog> read(const CatalogUpload& upload, const ProductCatalog& before) {
  const auto meaning = upload.is_whole ? CatalogMeaning::kWhole : CatalogMeaning::kChange;
  CatalogBuilder builder(upload.site, meaning, before, upload.at);
  if (const auto done = read_catalog(upload.bytes, upload.format, builder); !done) {
    return Error{ErrorCode::kInvalidArgument, done.error().detail};
  }
  LoadedCatalog loaded = builder.finish();
  const bool is_useless =
      upload.is_whole ? loaded.catalog.size() == 0 : loaded.rows == loaded.faulty_rows;
  if (!is_useless) return loaded;
  if (loaded.rows == 0) return Error{ErrorCode::kInvalidArgument, "there is no row in it"};
  std::string why = fmt::format("none of its {} rows can be used", loaded.rows);
  if (!loaded.faults.empty()) why += "; the first: " + to_string(loaded.faults.front());
  return Error{ErrorCode::kInvalidArgument, why};
}

}  // namespace

void CatalogKeeper::begin(SiteId site, Kept kept) {
  const std::lock_guard lock(x_mutex);
  x_sites.insert_or_assign(site, std::move(kept));
}

CatalogKeeper::Kept CatalogKeeper::kept(SiteId site) const {
  const std::lock_guard lock(x_mutex);
  const auto found = x_sites.find(site);
  return found == x_sites.end() ? Kept{} : found->second;
}

CatalogSummary CatalogKeeper::summary(SiteId site) const {
  const Kept now = kept(site);
  if (now.catalog == nullptr) return {};
  return {now.head.changes, now.catalog->size(), now.catalog->categories()};
}

Result<CatalogOutcome> CatalogKeeper::change(
    const CatalogUpload& upload,
    absl::FunctionRef<void(const std::shared_ptr<const ProductCatalog>&)> publish) {
  const std::lock_guard changing(x_changing);
  const SiteId site = upload.site.id;
  // Held to the end: what the new catalogue shares with it is never changed in place.
  Kept now = kept(site);
  if (now.catalog == nullptr) return Error{ErrorCode::kNotFound, "this site has no catalogue"};
  auto loaded = read(upload, *now.catalog);
  if (!loaded) return loaded.error();
  catalog_format::Head head = now.head;
  ++head.changes;
  head.is_changed = true;
  if (x_store != nullptr) {
    const bool is_small = !upload.is_whole && loaded->changed.size() <= limits::kCatalogChunkRows;
    const auto stored = is_small
                            ? store_changes(*x_store, site, loaded->catalog, loaded->changed, head)
                            : store_catalog(*x_store, site, loaded->catalog, head);
    if (!stored) return stored.error();
  }
  const auto next = std::make_shared<const ProductCatalog>(std::move(loaded->catalog));
  publish(next);
  begin(site, {next, head});
  return CatalogOutcome{head.changes,    next->size(),        loaded->rows,
                        loaded->deleted, loaded->faulty_rows, std::move(loaded->faults)};
}

}  // namespace rekindle::operators
