// Collects the rows of a catalogue, or of a change of one, the same for every format.
#pragma once

#include <absl/container/flat_hash_set.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/catalog_change.h"
#include "core/site.h"
#include "operators/decide/catalog/catalog_field.h"
#include "operators/decide/catalog/product_catalog.h"
#include "operators/decide/catalog/product_reader.h"

namespace rekindle::operators {

[[nodiscard]] std::string to_string(const CatalogFault& fault);  // "line:column reason"

// A catalogue and what was wrong with its source. Every faulty row is left out and counted with its
// first fault; the first limits::kCatalogFaultsMax of them are listed.
struct LoadedCatalog {
  ProductCatalog catalog;
  uint64_t rows = 0;  // good and faulty
  uint64_t faulty_rows = 0;
  std::vector<CatalogFault> faults;
  uint64_t deleted = 0;           // products taken out by rows that say so
  std::vector<NameHash> changed;  // of a change: what was put or deleted; may repeat
};

// What a source of rows means beside the catalogue there is.
enum class CatalogMeaning : uint8_t {
  kWhole,   // it is the new catalogue; of products with the same id the first is kept
  kChange,  // its rows change products, add them, or delete them
};

// Thread: one.
class CatalogBuilder {
 public:
  // A whole catalogue where there was none.
  explicit CatalogBuilder(const Site& site) : x_site(site) {}
  // `before` must outlive it. What both catalogues have keeps when it came and when its price
  // dropped; what is new, or cheaper, is so since `at`.
  CatalogBuilder(const Site& site, CatalogMeaning meaning, const ProductCatalog& before,
                 EventTime at);

  void add(uint64_t line, const CatalogRow& row);
  // A row that could not even be split into cells.
  void add_fault(uint64_t line, uint64_t column, std::string_view reason);
  // At limits::kCatalogProductsMax; the loader says so once and stops.
  [[nodiscard]] bool is_full() const;
  [[nodiscard]] LoadedCatalog finish();

 private:
  void refuse(uint64_t line, const CatalogRow& row, const CatalogRefusal& refusal);
  void add_to_whole(uint64_t line, const CatalogRow& row);
  void add_to_change(uint64_t line, const CatalogRow& row);
  [[nodiscard]] std::optional<bool> deletes(uint64_t line, const CatalogRow& row);
  void carry_over(const Product* was, Product& product) const;

  const Site& x_site;
  CatalogMeaning x_meaning = CatalogMeaning::kWhole;
  const ProductCatalog* x_before = nullptr;
  EventTime x_at = EventTime::before_all();
  LoadedCatalog x_loaded;
  std::vector<Product> x_products;  // of a whole catalogue
  absl::flat_hash_set<NameHash> x_seen;
};

}  // namespace rekindle::operators
