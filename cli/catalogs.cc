#include "cli/catalogs.h"

#include <spdlog/spdlog.h>

#include "cli/presets/input_file.h"
#include "operators/decide/catalog/catalog_formats.h"
#include "operators/decide/catalog/catalog_store.h"

namespace rekindle::cli {
namespace {

constexpr size_t kFaultsShown = 5;

void log_loaded(const SiteConfig& site, const operators::LoadedCatalog& loaded) {
  spdlog::info("catalogue loaded site={} file={} products={} faulty_rows={}", site.site.name,
               site.catalog, loaded.catalog.size(), loaded.faulty_rows);
  for (size_t i = 0; i < loaded.faults.size() && i < kFaultsShown; ++i) {
    spdlog::warn("catalogue row left out file={} at={}", site.catalog,
                 operators::to_string(loaded.faults[i]));
  }
}

Result<operators::LoadedCatalog> read_file(const SiteConfig& site, std::string_view text,
                                           operators::CatalogBuilder builder) {
  const auto read =
      operators::read_catalog(text, operators::catalog_format_of(site.catalog), builder);
  if (!read) return Error{read.error().code, site.catalog + ": " + read.error().detail};
  operators::LoadedCatalog loaded = builder.finish();
  log_loaded(site, loaded);
  return loaded;
}

Result<operators::SiteCatalog> open_catalog(const SiteConfig& site, StateStore& store,
                                            EventTime now) {
  const SiteId id = site_id(site.site.name);
  auto stored = operators::load_stored_catalog(store, id);
  if (!stored) return stored.error();
  operators::catalog_format::Head head = stored->head;
  std::string text;
  if (!site.catalog.empty()) {
    auto read = read_whole_file(site.catalog);
    if (!read) return read.error();
    text = std::move(*read);
  }
  const uint64_t file_hash = site.catalog.empty() ? 0 : name_hash(text);
  const bool is_kept =
      site.catalog.empty() ? head.is_changed || head.file_hash == 0 : head.file_hash == file_hash;
  if (is_kept) {
    return operators::SiteCatalog{site.site.name, std::move(stored->catalog), head};
  }
  operators::ProductCatalog catalog;
  if (!site.catalog.empty()) {
    auto loaded =
        read_file(site, text, {site.site, operators::CatalogMeaning::kWhole, stored->catalog, now});
    if (!loaded) return loaded.error();
    catalog = std::move(loaded->catalog);
  }
  ++head.changes;
  head.file_hash = file_hash;
  head.is_changed = false;
  if (auto kept = operators::store_catalog(store, id, catalog, head); !kept) {
    return kept.error();
  }
  return operators::SiteCatalog{site.site.name, std::move(catalog), head};
}

}  // namespace

Result<std::string> read_whole_file(const std::string& path) {
  auto source = open_input_file(path);
  if (!source) return source.error();
  std::string text;
  char chunk[64 * 1'024];
  while (true) {
    const auto n = (*source)->read(chunk, sizeof chunk);
    if (!n) return Error{n.error().code, path + ": " + n.error().detail};
    if (*n == 0) return text;
    text.append(chunk, *n);
  }
}

Result<std::vector<operators::SiteCatalog>> read_catalog_files(const Config& config) {
  std::vector<operators::SiteCatalog> catalogs;
  for (const SiteConfig& site : config.sites) {
    if (site.catalog.empty()) continue;
    const auto text = read_whole_file(site.catalog);
    if (!text) return text.error();
    auto loaded = read_file(site, *text, operators::CatalogBuilder(site.site));
    if (!loaded) return loaded.error();
    catalogs.push_back({site.site.name, std::move(loaded->catalog)});
  }
  return catalogs;
}

Result<std::vector<operators::SiteCatalog>> read_catalogs(const Config& config, StateStore& store) {
  auto catalogs = read_catalog_files(config);
  if (!catalogs) return catalogs;
  for (const SiteConfig& site : config.sites) {
    if (!site.catalog.empty()) continue;
    auto stored = operators::load_stored_catalog(store, site_id(site.site.name));
    if (!stored) return stored.error();
    catalogs->push_back({site.site.name, std::move(stored->catalog), stored->head});
  }
  return catalogs;
}

Result<std::vector<operators::SiteCatalog>> open_catalogs(const Config& config, StateStore& store,
                                                          const Clock& clock) {
  std::vector<operators::SiteCatalog> catalogs;
  for (const SiteConfig& site : config.sites) {
    auto catalog = open_catalog(site, store, as_event_time(clock.now()));
    if (!catalog) return catalog.error();
    catalogs.push_back(std::move(*catalog));
  }
  return catalogs;
}

}  // namespace rekindle::cli
