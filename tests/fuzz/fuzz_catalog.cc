// Feeds the same bytes to both catalogue loaders and to the model's restore(). Whatever they are:
// no crash, bounded reports, and products that hold what a product must.
#include <cstdint>
#include <string_view>

#include "core/assert.h"
#include "core/limits.h"
#include "operators/decide/catalog_csv.h"
#include "operators/decide/catalog_ndjson.h"
#include "operators/decide/decide_engine.h"

namespace {

using namespace rekindle;
using namespace rekindle::operators;

void check(const LoadedCatalog& loaded) {
  RK_ASSERT(loaded.rows == loaded.catalog.size() + loaded.faulty_rows);
  RK_ASSERT(loaded.faults.size() <= limits::kCatalogFaultsMax);
  for (const Product& product : loaded.catalog.products()) {
    RK_ASSERT(!product.id.empty() && product.id.size() <= limits::kIdBytesMax);
    RK_ASSERT(product.price == kNoMoney || product.price >= 0);
    RK_ASSERT(product.stock >= kUnknownStock);
    RK_ASSERT(loaded.catalog.find(product.hash) == &product);
    RK_ASSERT(product.category.empty() ||
              !loaded.catalog.in_category(product.category_hash).empty());
  }
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
