#include "operators/decide/product_catalog.h"

#include <utility>

namespace rekindle::operators {

ProductCatalog::ProductCatalog(std::vector<Product> products) {
  x_products.reserve(products.size());
  x_by_hash.reserve(products.size());
  for (Product& product : products) {
    product.hash = item_name_hash(product.id);
    product.category_hash = item_name_hash(product.category);
    product.brand_hash = item_name_hash(product.brand);
    const auto index = static_cast<uint32_t>(x_products.size());
    if (!x_by_hash.emplace(product.hash, index).second) continue;
    x_products.push_back(std::move(product));
  }
  index_categories();
}

// A counting sort: sizes, then begins, then places.
void ProductCatalog::index_categories() {
  for (const Product& product : x_products) {
    if (product.category_hash != kNoName) ++x_categories[product.category_hash].count;
  }
  uint32_t begin = 0;
  for (auto& [category, range] : x_categories) {
    range.begin = begin;
    begin += std::exchange(range.count, 0);
  }
  x_by_category.resize(begin);
  for (uint32_t index = 0; index < x_products.size(); ++index) {
    if (x_products[index].category_hash == kNoName) continue;
    Range& range = x_categories[x_products[index].category_hash];
    x_by_category[range.begin + range.count++] = index;
  }
}

const Product* ProductCatalog::find(NameHash product) const {
  const auto found = x_by_hash.find(product);
  return found == x_by_hash.end() ? nullptr : &x_products[found->second];
}

std::span<const uint32_t> ProductCatalog::in_category(NameHash category) const {
  const auto found = x_categories.find(category);
  if (found == x_categories.end()) return {};
  return std::span(x_by_category).subspan(found->second.begin, found->second.count);
}

std::string_view ProductCatalog::category_name(NameHash category) const {
  const auto indexes = in_category(category);
  return indexes.empty() ? std::string_view{} : x_products[indexes.front()].category;
}

}  // namespace rekindle::operators
