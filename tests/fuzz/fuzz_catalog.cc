// Feeds the same bytes to all catalogue readers, as a whole catalogue and as a change of one, to
// the stored formats, and to the model's restore(). Whatever they are: no crash, bounded reports,
// and products that hold what a product must.
#include <cstdint>
#include <string_view>

#include "core/assert.h"
#include "core/limits.h"
#include "operators/decide/catalog/catalog_csv.h"
#include "operators/decide/catalog/catalog_format.h"
#include "operators/decide/catalog/catalog_formats.h"
#include "operators/decide/catalog/catalog_ndjson.h"
#include "operators/decide/catalog/catalog_xml.h"
#include "operators/decide/decide_engine.h"

namespace {

using namespace rekindle;
using namespace rekindle::operators;

void check(const LoadedCatalog& loaded) {
  RK_ASSERT(loaded.rows == loaded.catalog.size() + loaded.deleted + loaded.faulty_rows);
  RK_ASSERT(loaded.faults.size() <= limits::kCatalogFaultsMax);
  loaded.catalog.for_each([&](const Product& product) {
    RK_ASSERT(!product.id.empty() && product.id.size() <= limits::kIdBytesMax);
    RK_ASSERT(product.price == kNoMoney || product.price >= 0);
    RK_ASSERT(product.stock >= kUnknownStock);
    RK_ASSERT(loaded.catalog.find(product.hash) == &product);
    RK_ASSERT(product.category.empty() ||
              loaded.catalog.category(product.category_hash)->products > 0);
    RK_ASSERT(product.margin() == kNoMoney || product.cost >= 0);
    std::string stored;
    catalog_format::encode_product(product, stored);
    Product read;
    RK_ASSERT(catalog_format::decode_product(stored, read));
    read.hash = product.hash;
    read.parent_hash = product.parent_hash;
    read.category_hash = product.category_hash;
    read.brand_hash = product.brand_hash;
    RK_ASSERT(read == product);
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Site site;
  site.name = "fuzz";
  site.id = site_id(site.name);
  site.currency = *Currency::parse("EUR");
  site.rates.push_back({*Currency::parse("GBP"), 5, 4});

  check(load_catalog_ndjson(bytes, site));
  auto csv = load_catalog_csv(bytes, site);
  if (csv) check(*csv);
  CatalogBuilder feed(site);
  if (read_catalog_xml(bytes, feed)) check(feed.finish());

  const ProductCatalog before = load_catalog_ndjson(bytes, site).catalog;
  CatalogBuilder change(site, CatalogMeaning::kChange, before, kEventTimeMin);
  if (read_catalog(bytes, CatalogFormat::kAny, change)) {
    const LoadedCatalog changed = change.finish();
    for (const NameHash hash : changed.changed) {
      const Product* product = changed.catalog.find(hash);
      RK_ASSERT(product == nullptr || changed.catalog.category(kNoName)->all > 0);
    }
  }
  Product stored;
  (void)catalog_format::decode_product(bytes, stored);

  std::vector<SiteCatalog> catalogs(1);
  catalogs[0].site = site.name;
  auto engine = make_decide_engine({}, std::move(catalogs));
  RK_ASSERT(engine.has_value());
  if ((*engine)->restore(bytes)) {
    std::string saved;
    (*engine)->save(saved);
    RK_ASSERT((*engine)->restore(saved).has_value());
  }
  return 0;
}
