// From one row of raw catalogue cells to a product, the same for every catalogue format: what a
// field is called, what it may hold, and what is said about a row that cannot be used.
#pragma once

#include <absl/container/flat_hash_set.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/site.h"
#include "operators/decide/product_catalog.h"

namespace rekindle::operators {

enum class CatalogField : uint8_t {
  kId,
  kTitle,
  kCategory,
  kBrand,
  kPrice,
  kListPrice,
  kCurrency,
  kStock,
  kAvailable,
  kTags,
};
inline constexpr size_t kCatalogFields = 10;

// "product" or "id", "title", "category", "brand", "price", "list_price", "currency", "stock",
// "available", "tags" (separated by '|'); any letter case. Nothing for other names.
[[nodiscard]] std::optional<CatalogField> parse_catalog_field(std::string_view name);

// Without white space at either end.
[[nodiscard]] std::string_view trimmed(std::string_view text);

// Where and what a field was. Views into the loader's input.
struct CatalogCell {
  std::string_view text;  // empty: absent
  uint64_t line = 0;      // from 1
  uint64_t column = 0;    // in bytes, from 1
};
struct CatalogRow {
  std::array<CatalogCell, kCatalogFields> cells{};
  [[nodiscard]] CatalogCell& operator[](CatalogField f) { return cells[static_cast<size_t>(f)]; }
  [[nodiscard]] const CatalogCell& operator[](CatalogField f) const {
    return cells[static_cast<size_t>(f)];
  }
};

struct CatalogFault {
  uint64_t line = 0;
  uint64_t column = 0;
  std::string reason;
};
[[nodiscard]] std::string to_string(const CatalogFault& fault);  // "line:column reason"

// A catalogue and what was wrong with its source. Every faulty row is left out and counted with its
// first fault; the first limits::kCatalogFaultsMax of them are listed.
struct LoadedCatalog {
  ProductCatalog catalog;
  uint64_t rows = 0;  // good and faulty
  uint64_t faulty_rows = 0;
  std::vector<CatalogFault> faults;
};

// Collects rows. Prices become minor units of the site's currency, by its exchange rates where the
// row names another one. Thread: one.
class CatalogBuilder {
 public:
  explicit CatalogBuilder(const Site& site) : x_site(site) {}

  void add(uint64_t line, const CatalogRow& row);
  // A row that could not even be split into cells.
  void add_fault(uint64_t line, uint64_t column, std::string_view reason);
  // At limits::kCatalogProductsMax; the loader says so once and stops.
  [[nodiscard]] bool is_full() const;
  [[nodiscard]] LoadedCatalog finish();

 private:
  struct Refusal {
    CatalogField field;
    std::string_view reason;
  };
  using Check = std::optional<Refusal>;
  [[nodiscard]] Check read_names(const CatalogRow& row, Product& product) const;
  [[nodiscard]] Check read_prices(const CatalogRow& row, Product& product) const;
  [[nodiscard]] Check read_availability(const CatalogRow& row, Product& product) const;
  [[nodiscard]] Check read_tags(const CatalogRow& row, Product& product) const;
  [[nodiscard]] Check read(const CatalogRow& row, Product& product) const;
  [[nodiscard]] Check check_new(const Product& product);

  const Site& x_site;
  LoadedCatalog x_loaded;
  std::vector<Product> x_products;
  absl::flat_hash_set<NameHash> x_seen;
};

}  // namespace rekindle::operators
