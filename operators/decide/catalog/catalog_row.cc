#include "operators/decide/catalog/catalog_row.h"

#include <fmt/format.h>

#include "core/limits.h"

namespace rekindle::operators {

std::string to_string(const CatalogFault& fault) {
  return fmt::format("{}:{} {}", fault.line, fault.column, fault.reason);
}

CatalogBuilder::CatalogBuilder(const Site& site, CatalogMeaning meaning,
                               const ProductCatalog& before, EventTime at)
    : x_site(site), x_meaning(meaning), x_before(&before), x_at(at) {
  if (meaning == CatalogMeaning::kChange) x_loaded.catalog = before;
}

bool CatalogBuilder::is_full() const {
  const size_t products =
      x_meaning == CatalogMeaning::kWhole ? x_products.size() : x_loaded.catalog.size();
  return products >= limits::kCatalogProductsMax;
}

void CatalogBuilder::add_fault(uint64_t line, uint64_t column, std::string_view reason) {
  ++x_loaded.rows;
  ++x_loaded.faulty_rows;
  if (x_loaded.faults.size() >= limits::kCatalogFaultsMax) return;
  x_loaded.faults.push_back({line, column, std::string(reason)});
}

void CatalogBuilder::refuse(uint64_t line, const CatalogRow& row, const CatalogRefusal& refusal) {
  const CatalogCell& cell = row[refusal.field];
  const bool known = cell.line != 0;
  add_fault(known ? cell.line : line, known ? cell.column : 1, to_text(refusal, row));
}

void CatalogBuilder::add(uint64_t line, const CatalogRow& row) {
  if (x_meaning == CatalogMeaning::kWhole) return add_to_whole(line, row);
  add_to_change(line, row);
}

// Nothing: neither yes nor no, and refused.
std::optional<bool> CatalogBuilder::deletes(uint64_t line, const CatalogRow& row) {
  const auto answer = parse_yes_no(row[CatalogField::kDeleted].text);
  if (!answer) refuse(line, row, {CatalogField::kDeleted, "is neither true nor false"});
  return answer;
}

void CatalogBuilder::add_to_whole(uint64_t line, const CatalogRow& row) {
  const auto is_deleted = deletes(line, row);
  if (!is_deleted) return;
  Product product;
  if (const auto fault = read_product(row, x_site, product)) return refuse(line, row, *fault);
  const NameHash hash = item_name_hash(product.id);
  if (x_seen.contains(hash)) {
    return refuse(line, row,
                  {CatalogField::kId, "is in the catalogue already; the first one is kept"});
  }
  ++x_loaded.rows;
  if (*is_deleted) {
    ++x_loaded.deleted;
    return;
  }
  x_seen.insert(hash);
  carry_over(x_before == nullptr ? nullptr : x_before->find(hash), product);
  x_products.push_back(std::move(product));
}

void CatalogBuilder::add_to_change(uint64_t line, const CatalogRow& row) {
  const auto is_deleted = deletes(line, row);
  if (!is_deleted) return;
  const NameHash hash = item_name_hash(row[CatalogField::kId].text);
  const Product* was = x_loaded.catalog.find(hash);
  if (*is_deleted && hash != kNoName) {
    ++x_loaded.rows;
    x_loaded.deleted += was != nullptr ? 1 : 0;
    if (x_loaded.catalog.erase(hash)) x_loaded.changed.push_back(hash);
    return;
  }
  if (was != nullptr && was->id != row[CatalogField::kId].text) {
    return refuse(line, row, {CatalogField::kId, "has the hash of another product"});
  }
  Product product = was != nullptr ? *was : Product{};
  if (const auto fault = read_product(row, x_site, product)) return refuse(line, row, *fault);
  ++x_loaded.rows;
  carry_over(was, product);
  x_loaded.changed.push_back(hash);
  x_loaded.catalog.put(std::move(product));
}

void CatalogBuilder::carry_over(const Product* was, Product& product) const {
  if (x_before == nullptr) return;
  if (was == nullptr) {
    if (x_before->size() > 0) product.listed = x_at;
    return;
  }
  product.listed = was->listed;
  product.dropped_from = was->dropped_from;
  product.dropped_at = was->dropped_at;
  if (product.price == kNoMoney || was->price == kNoMoney) return;
  if (product.price < was->price) {
    product.dropped_from = was->price;
    product.dropped_at = x_at;
  } else if (product.dropped_from != kNoMoney && product.price >= product.dropped_from) {
    product.dropped_from = kNoMoney;
    product.dropped_at = EventTime::before_all();
  }
}

LoadedCatalog CatalogBuilder::finish() {
  if (x_meaning == CatalogMeaning::kWhole) x_loaded.catalog = ProductCatalog(std::move(x_products));
  return std::move(x_loaded);
}

}  // namespace rekindle::operators
