#include "operators/decide/catalog_row.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <charconv>

#include "core/limits.h"

namespace rekindle::operators {
namespace {

struct FieldName {
  std::string_view name;
  CatalogField field;
};
constexpr FieldName kFieldNames[] = {{"product", CatalogField::kId},
                                     {"id", CatalogField::kId},
                                     {"title", CatalogField::kTitle},
                                     {"category", CatalogField::kCategory},
                                     {"brand", CatalogField::kBrand},
                                     {"price", CatalogField::kPrice},
                                     {"list_price", CatalogField::kListPrice},
                                     {"currency", CatalogField::kCurrency},
                                     {"stock", CatalogField::kStock},
                                     {"available", CatalogField::kAvailable},
                                     {"tags", CatalogField::kTags}};

constexpr std::string_view kYes[] = {"true", "1", "yes", "in_stock", "in stock"};
constexpr std::string_view kNo[] = {"false", "0", "no", "out_of_stock", "out of stock"};

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

template <size_t N>
bool is_one_of(const std::string_view (&words)[N], std::string_view text) {
  return std::any_of(std::begin(words), std::end(words),
                     [&](std::string_view word) { return is_same_word(word, text); });
}

// Why `text` cannot be a name of at most `bytes_max`, or nothing.
std::string_view fault_of_text(std::string_view text, size_t bytes_max) {
  if (text.size() > bytes_max) return "is too long";
  if (!simdjson::validate_utf8(text)) return "is not UTF-8";
  return {};
}

// A fault quotes what it saw, but not a page of it, and never bytes that would break the report.
std::string quote(std::string_view text) {
  constexpr size_t kShown = 40;
  if (!simdjson::validate_utf8(text)) return "";
  if (text.size() <= kShown) return fmt::format(" \"{}\"", text);
  size_t cut = kShown;
  while (cut > 0 && (static_cast<uint8_t>(text[cut]) & 0xc0) == 0x80) --cut;
  return fmt::format(" \"{}…\"", text.substr(0, cut));
}

}  // namespace

std::optional<CatalogField> parse_catalog_field(std::string_view name) {
  for (const FieldName& known : kFieldNames) {
    if (is_same_word(known.name, name)) return known.field;
  }
  return std::nullopt;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

std::string to_string(const CatalogFault& fault) {
  return fmt::format("{}:{} {}", fault.line, fault.column, fault.reason);
}

bool CatalogBuilder::is_full() const {
  return x_products.size() >= limits::kCatalogProductsMax;
}

void CatalogBuilder::add_fault(uint64_t line, uint64_t column, std::string_view reason) {
  ++x_loaded.rows;
  ++x_loaded.faulty_rows;
  if (x_loaded.faults.size() >= limits::kCatalogFaultsMax) return;
  x_loaded.faults.push_back({line, column, std::string(reason)});
}

void CatalogBuilder::add(uint64_t line, const CatalogRow& row) {
  Product product;
  Check fault = read(row, product);
  if (!fault) fault = check_new(product);
  if (fault) {
    const CatalogCell& cell = row[fault->field];
    const auto name = std::find_if(std::begin(kFieldNames), std::end(kFieldNames),
                                   [&](const FieldName& f) { return f.field == fault->field; });
    const bool known = cell.line != 0;
    add_fault(known ? cell.line : line, known ? cell.column : 1,
              fmt::format("{}{} {}", name->name, quote(cell.text), fault->reason));
    return;
  }
  ++x_loaded.rows;
  x_products.push_back(std::move(product));
}

CatalogBuilder::Check CatalogBuilder::check_new(const Product& product) {
  if (x_seen.insert(item_name_hash(product.id)).second) return std::nullopt;
  return Refusal{CatalogField::kId, "is in the catalogue already; the first one is kept"};
}

CatalogBuilder::Check CatalogBuilder::read(const CatalogRow& row, Product& product) const {
  if (const Check fault = read_names(row, product)) return fault;
  if (const Check fault = read_prices(row, product)) return fault;
  if (const Check fault = read_availability(row, product)) return fault;
  return read_tags(row, product);
}

CatalogBuilder::Check CatalogBuilder::read_names(const CatalogRow& row, Product& product) const {
  const struct {
    CatalogField field;
    size_t bytes_max;
    std::string& out;
  } names[] = {{CatalogField::kId, limits::kIdBytesMax, product.id},
               {CatalogField::kTitle, limits::kProductTitleBytesMax, product.title},
               {CatalogField::kCategory, limits::kIdBytesMax, product.category},
               {CatalogField::kBrand, limits::kIdBytesMax, product.brand}};
  for (const auto& name : names) {
    const std::string_view text = row[name.field].text;
    const std::string_view fault = fault_of_text(text, name.bytes_max);
    if (!fault.empty()) return Refusal{name.field, fault};
    name.out = text;
  }
  if (product.id.empty()) return Refusal{CatalogField::kId, "is missing"};
  return std::nullopt;
}

CatalogBuilder::Check CatalogBuilder::read_prices(const CatalogRow& row, Product& product) const {
  Currency currency = x_site.currency;
  if (const std::string_view code = row[CatalogField::kCurrency].text; !code.empty()) {
    const auto parsed = Currency::parse(code);
    if (!parsed) return Refusal{CatalogField::kCurrency, "is not an ISO 4217 code"};
    currency = *parsed;
  }
  const struct {
    CatalogField field;
    int64_t& out;
  } prices[] = {{CatalogField::kPrice, product.price},
                {CatalogField::kListPrice, product.list_price}};
  for (const auto& price : prices) {
    const std::string_view text = row[price.field].text;
    if (text.empty()) continue;
    const auto minor = parse_minor(text, currency);
    if (!minor) return Refusal{price.field, "is not a decimal amount in range"};
    if (*minor < 0) return Refusal{price.field, "is negative"};
    const auto converted = convert(*minor, currency, x_site);
    if (!converted) {
      return converted.error().code == ErrorCode::kUnknownCurrency
                 ? Refusal{CatalogField::kCurrency, "has no exchange rate for this site"}
                 : Refusal{price.field, "is out of range in the site's currency"};
    }
    price.out = *converted;
  }
  return std::nullopt;
}

CatalogBuilder::Check CatalogBuilder::read_availability(const CatalogRow& row,
                                                        Product& product) const {
  if (const std::string_view text = row[CatalogField::kAvailable].text; !text.empty()) {
    product.available = is_one_of(kYes, text);
    if (!product.available && !is_one_of(kNo, text)) {
      return Refusal{CatalogField::kAvailable, "is neither true nor false"};
    }
  }
  if (const std::string_view text = row[CatalogField::kStock].text; !text.empty()) {
    int64_t stock = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), stock);
    if (error != std::errc{} || end != text.data() + text.size()) {
      return Refusal{CatalogField::kStock, "is not a whole number"};
    }
    product.stock = std::max<int64_t>(stock, 0);  // shops write back-orders as negative stock
  }
  return std::nullopt;
}

CatalogBuilder::Check CatalogBuilder::read_tags(const CatalogRow& row, Product& product) const {
  std::string_view rest = row[CatalogField::kTags].text;
  while (!rest.empty()) {
    const size_t bar = rest.find('|');
    const std::string_view tag = trimmed(rest.substr(0, bar));
    rest = bar == std::string_view::npos ? std::string_view{} : rest.substr(bar + 1);
    if (tag.empty()) continue;
    const std::string_view fault = fault_of_text(tag, limits::kIdBytesMax);
    if (!fault.empty()) return Refusal{CatalogField::kTags, fault};
    if (product.tags.size() >= limits::kProductTagsMax) {
      return Refusal{CatalogField::kTags, "has too many tags"};
    }
    product.tags.emplace_back(tag);
  }
  return std::nullopt;
}

LoadedCatalog CatalogBuilder::finish() {
  x_loaded.catalog = ProductCatalog(std::move(x_products));
  return std::move(x_loaded);
}

}  // namespace rekindle::operators
