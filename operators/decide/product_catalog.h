// The products of one site, as a shop's catalogue lists them. Made by the loaders
// (catalog_csv.h, catalog_ndjson.h) before it is published; read by decisions.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/event.h"
#include "core/ids.h"

namespace rekindle::operators {

inline constexpr int64_t kUnknownStock = -1;

struct Product {
  std::string id;
  std::string title;
  std::string category;  // empty: in none
  std::string brand;
  int64_t price = kNoMoney;       // minor units of the site's currency
  int64_t list_price = kNoMoney;  // before any discount
  int64_t stock = kUnknownStock;
  bool available = true;
  std::vector<std::string> tags;
  NameHash hash = kNoName;           // of id; filled by ProductCatalog
  NameHash category_hash = kNoName;  // filled by ProductCatalog
  NameHash brand_hash = kNoName;     // filled by ProductCatalog
};

// Thread: immutable once made, so any. Owns: its products.
// Invariants: no two products share a hash; a category's products keep the catalogue's order.
class ProductCatalog {
 public:
  ProductCatalog() = default;
  // A product whose hash was there before is left out; loaders have reported it by then.
  explicit ProductCatalog(std::vector<Product> products);

  [[nodiscard]] size_t size() const { return x_products.size(); }
  [[nodiscard]] std::span<const Product> products() const { return x_products; }
  [[nodiscard]] const Product* find(NameHash product) const;  // null: not in the catalogue
  // The category as the catalogue writes it; empty when no product is in it.
  [[nodiscard]] std::string_view category_name(NameHash category) const;
  // Indexes into products(); empty when no product is in it.
  [[nodiscard]] std::span<const uint32_t> in_category(NameHash category) const;
  [[nodiscard]] size_t categories() const { return x_categories.size(); }

 private:
  struct Range {
    uint32_t begin = 0;
    uint32_t count = 0;
  };
  void index_categories();

  std::vector<Product> x_products;
  absl::flat_hash_map<NameHash, uint32_t> x_by_hash;
  absl::flat_hash_map<NameHash, Range> x_categories;
  std::vector<uint32_t> x_by_category;  // product indexes, a category's together
};

}  // namespace rekindle::operators
