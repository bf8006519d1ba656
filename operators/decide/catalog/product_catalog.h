// The products of one site. A change makes a copy, changes it and publishes it; a copy shares what
// did not change, so one row among a million costs microseconds, and decisions go on reading the
// old one meanwhile.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "operators/decide/catalog/product.h"
#include "operators/decide/catalog/sorted_products.h"

namespace rekindle::operators {

// A category, a brand, or the whole shop (kNoName).
struct ProductGroup {
  std::string name;           // a category's path
  NameHash parent = kNoName;  // of a category: the one it lies in
  size_t products = 0;        // in it, not below
  size_t all = 0;             // in it or below
  SortedProducts by_price;    // in it, not below; those with a price. Not of brands and the shop
  SortedProducts by_arrival;  // in it or below; those of which it is known (Product::arrived)
};

// Thread: copies are read by any; one is changed by one thread before anybody else has it.
// Invariants: no two products share a hash; a group exists while a product is in it or below.
class ProductCatalog {
 public:
  ProductCatalog() = default;
  // Of products with the same hash the first one is kept; loaders have reported it by then.
  explicit ProductCatalog(std::vector<Product> products);

  [[nodiscard]] size_t size() const { return x_size; }
  [[nodiscard]] const Product* find(NameHash product) const;        // null: not in the catalogue
  [[nodiscard]] const ProductGroup* category(NameHash name) const;  // kNoName: the shop
  [[nodiscard]] const ProductGroup* brand(NameHash name) const;     // null: nothing of it
  // The category as the catalogue writes it; empty when no product is in it or below.
  [[nodiscard]] std::string_view category_name(NameHash category) const;
  // True: `category` is `ancestor`, or lies below it in the tree.
  [[nodiscard]] bool is_within(NameHash category, NameHash ancestor) const;
  [[nodiscard]] size_t categories() const;
  template <typename See>
  void for_each(const See& see) const {  // in no particular order
    for (const auto& bucket : x_buckets) {
      if (bucket == nullptr) continue;
      for (const auto& [hash, product] : *bucket) see(*product);
    }
  }
  template <typename See>
  void for_each_category(const See& see) const {  // the same; without the shop
    for (const auto& [hash, group] : x_categories) {
      if (hash != kNoName) see(hash, *group);
    }
  }

  // Inserts, or replaces the one of the same id.
  void put(Product product);
  bool erase(NameHash product);  // false: it was not there

 private:
  // By hash. A bucket of a catalogue of a million has 244.
  static constexpr size_t kBuckets = 4'096;
  using Bucket = absl::flat_hash_map<NameHash, std::shared_ptr<const Product>>;
  using Groups = absl::flat_hash_map<NameHash, std::shared_ptr<ProductGroup>>;

  // Calls see(groups, name's hash, name, is it the product's own category) for each of its groups.
  template <typename See>
  void for_each_group_of(const Product& product, const See& see);
  static ProductGroup& count(Groups& groups, NameHash hash, std::string_view name, bool is_own);
  Bucket& bucket_of(NameHash product);
  void add_to_groups(const Product& product);
  void take_from_groups(const Product& product);

  std::array<std::shared_ptr<Bucket>, kBuckets> x_buckets;
  Groups x_categories;
  Groups x_brands;
  size_t x_size = 0;
};

}  // namespace rekindle::operators
