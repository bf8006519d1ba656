#include "operators/decide/catalog/product_catalog.h"

#include <utility>

#include "operators/decide/catalog/category_path.h"

namespace rekindle::operators {
namespace {

// What one group gets of all products at once.
struct Gathered {
  std::vector<SortedProducts::Entry> by_price;
  std::vector<SortedProducts::Entry> by_arrival;
};

template <typename Groups>
const ProductGroup* find_in(const Groups& groups, NameHash name) {
  const auto found = groups.find(name);
  return found == groups.end() ? nullptr : found->second.get();
}

bool has_arrival(const Product& product) {
  return product.arrived() != EventTime::before_all();
}

void fill_hashes(Product& product) {
  product.hash = item_name_hash(product.id);
  product.parent_hash = item_name_hash(product.parent);
  product.category_hash = item_name_hash(product.category);
  product.brand_hash = item_name_hash(product.brand);
}

}  // namespace

template <typename See>
void ProductCatalog::for_each_group_of(const Product& product, const See& see) {
  see(x_categories, kNoName, std::string_view{}, false);
  bool is_own = true;
  for (std::string_view path = product.category; !path.empty(); path = parent_category(path)) {
    see(x_categories, item_name_hash(path), path, is_own);
    is_own = false;
  }
  if (product.brand_hash != kNoName) see(x_brands, product.brand_hash, product.brand, false);
}

// One more product in the group or below, which is made if it is the first.
ProductGroup& ProductCatalog::count(Groups& groups, NameHash hash, std::string_view name,
                                    bool is_own) {
  std::shared_ptr<ProductGroup>& shared = groups[hash];
  if (shared == nullptr) {
    shared = std::make_shared<ProductGroup>();
    shared->name = name;
    shared->parent = item_name_hash(parent_category(name));
  }
  ProductGroup& group = writable(shared);
  ++group.all;
  group.products += is_own ? 1 : 0;
  return group;
}

ProductCatalog::ProductCatalog(std::vector<Product> products) {
  absl::flat_hash_map<ProductGroup*, Gathered> gathered;
  for (Product& given : products) {
    fill_hashes(given);
    auto& place = bucket_of(given.hash)[given.hash];
    if (place != nullptr) continue;
    place = std::make_shared<const Product>(std::move(given));
    ++x_size;
    const Product& product = *place;
    for_each_group_of(product, [&](Groups& groups, NameHash hash, std::string_view name, bool own) {
      Gathered& of = gathered[&count(groups, hash, name, own)];
      if (own && product.price != kNoMoney) of.by_price.push_back({product.price, product.hash});
      if (has_arrival(product)) of.by_arrival.push_back({product.arrived().ms, product.hash});
    });
  }
  for (auto& [group, of] : gathered) {
    group->by_price.assign(std::move(of.by_price));
    group->by_arrival.assign(std::move(of.by_arrival));
  }
}

ProductCatalog::Bucket& ProductCatalog::bucket_of(NameHash product) {
  std::shared_ptr<Bucket>& bucket = x_buckets[product % kBuckets];
  if (bucket == nullptr) bucket = std::make_shared<Bucket>();
  return writable(bucket);
}

void ProductCatalog::add_to_groups(const Product& product) {
  for_each_group_of(product, [&](Groups& groups, NameHash hash, std::string_view name, bool own) {
    ProductGroup& group = count(groups, hash, name, own);
    if (own && product.price != kNoMoney) group.by_price.insert({product.price, product.hash});
    if (has_arrival(product)) group.by_arrival.insert({product.arrived().ms, product.hash});
  });
}

void ProductCatalog::take_from_groups(const Product& product) {
  for_each_group_of(product, [&](Groups& groups, NameHash hash, std::string_view, bool own) {
    const auto found = groups.find(hash);
    RK_ASSERT(found != groups.end());
    ProductGroup& group = writable(found->second);
    if (own && product.price != kNoMoney) group.by_price.erase({product.price, product.hash});
    if (has_arrival(product)) group.by_arrival.erase({product.arrived().ms, product.hash});
    group.products -= own ? 1 : 0;
    if (--group.all == 0) groups.erase(found);
  });
}

void ProductCatalog::put(Product product) {
  fill_hashes(product);
  erase(product.hash);
  const auto kept = std::make_shared<const Product>(std::move(product));
  bucket_of(kept->hash).emplace(kept->hash, kept);
  ++x_size;
  add_to_groups(*kept);
}

bool ProductCatalog::erase(NameHash product) {
  if (find(product) == nullptr) return false;
  Bucket& bucket = bucket_of(product);
  const auto found = bucket.find(product);
  const std::shared_ptr<const Product> kept = found->second;
  bucket.erase(found);
  --x_size;
  take_from_groups(*kept);
  return true;
}

const Product* ProductCatalog::find(NameHash product) const {
  const auto& bucket = x_buckets[product % kBuckets];
  if (bucket == nullptr) return nullptr;
  const auto found = bucket->find(product);
  return found == bucket->end() ? nullptr : found->second.get();
}

const ProductGroup* ProductCatalog::category(NameHash name) const {
  return find_in(x_categories, name);
}

const ProductGroup* ProductCatalog::brand(NameHash name) const {
  return find_in(x_brands, name);
}

std::string_view ProductCatalog::category_name(NameHash name) const {
  const ProductGroup* group = category(name);
  return group == nullptr ? std::string_view{} : group->name;
}

bool ProductCatalog::is_within(NameHash name, NameHash ancestor) const {
  for (size_t level = 0; level <= limits::kCategoryLevelsMax && name != kNoName; ++level) {
    if (name == ancestor) return true;
    const ProductGroup* group = category(name);
    if (group == nullptr) return false;
    name = group->parent;
  }
  return false;
}

size_t ProductCatalog::categories() const {
  return x_categories.size() - (x_categories.contains(kNoName) ? 1 : 0);
}

}  // namespace rekindle::operators
