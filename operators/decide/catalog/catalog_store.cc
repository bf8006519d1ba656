#include "operators/decide/catalog/catalog_store.h"

#include "core/bytes.h"
#include "core/limits.h"

namespace rekindle::operators {
namespace format = catalog_format;
namespace {

Result<void> remove_generations(StateStore& store, SiteId site, uint64_t first, uint64_t end) {
  StateBatch batch;
  batch.remove_range(Table::kModels, format::generation_key(site, first),
                     format::generation_key(site, end));
  return store.write(batch);
}

Result<format::Head> load_head(StateStore& store, SiteId site) {
  const auto stored = read_row(store, Table::kModels, format::head_key(site));
  if (!stored) return stored.error();
  format::Head head;
  if (*stored && !format::decode_head(**stored, head)) {
    return Error{ErrorCode::kCorruptRecord, "a catalogue's head"};
  }
  return head;
}

}  // namespace

Result<StoredCatalog> load_stored_catalog(StateStore& store, SiteId site) {
  StoredCatalog stored;
  const auto head = load_head(store, site);
  if (!head) return head.error();
  stored.head = *head;
  std::vector<Product> products;
  bool is_corrupt = false;
  bool has_others = false;
  const std::string prefix = format::generation_key(site, stored.head.generation);
  const auto read = store.scan(Table::kModels, format::generation_key(site, 0),
                               format::generation_key(site, UINT64_MAX),
                               [&](std::string_view key, std::string_view value) {
                                 if (!key.starts_with(prefix)) return has_others = true;
                                 Product product;
                                 if (!format::decode_product(value, product))
                                   return is_corrupt = true, false;
                                 products.push_back(std::move(product));
                                 return true;
                               });
  if (!read) return read.error();
  if (is_corrupt) return Error{ErrorCode::kCorruptRecord, "a catalogue's product"};
  stored.catalog = ProductCatalog(std::move(products));
  if (!has_others) return stored;
  const uint64_t current = stored.head.generation;
  for (const auto& [first, end] : {std::pair{uint64_t{0}, current}, {current + 1, UINT64_MAX}}) {
    if (const auto removed = remove_generations(store, site, first, end); !removed) {
      return removed.error();
    }
  }
  return stored;
}

Result<void> store_catalog(StateStore& store, SiteId site, const ProductCatalog& catalog,
                           format::Head& head) {
  const uint64_t generation = head.generation + 1;
  StateBatch batch;
  Result<void> written;
  size_t rows = 0;
  std::string value;
  catalog.for_each([&](const Product& product) {
    if (!written) return;
    value.clear();
    format::encode_product(product, value);
    batch.put(Table::kModels, format::product_key(site, generation, product.hash), value);
    if (++rows % limits::kCatalogChunkRows != 0) return;
    written = store.write(batch);
    batch = {};
  });
  if (!written) return written;
  value.clear();
  format::Head next = head;
  next.generation = generation;
  format::encode_head(next, value);
  batch.put(Table::kModels, format::head_key(site), value);
  if (written = store.write(batch); !written) return written;
  head = next;
  return remove_generations(store, site, 0, generation);
}

Result<void> store_changes(StateStore& store, SiteId site, const ProductCatalog& catalog,
                           std::span<const NameHash> changed, const format::Head& head) {
  StateBatch batch;
  std::string value;
  for (const NameHash hash : changed) {
    const std::string key = format::product_key(site, head.generation, hash);
    const Product* product = catalog.find(hash);
    if (product == nullptr) {
      batch.remove(Table::kModels, key);
      continue;
    }
    value.clear();
    format::encode_product(*product, value);
    batch.put(Table::kModels, key, value);
  }
  value.clear();
  format::encode_head(head, value);
  batch.put(Table::kModels, format::head_key(site), value);
  return store.write(batch);
}

}  // namespace rekindle::operators
