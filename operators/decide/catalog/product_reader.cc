#include "operators/decide/catalog/product_reader.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <charconv>

#include "core/limits.h"
#include "core/time_text.h"
#include "operators/decide/catalog/category_path.h"
#include "operators/decide/catalog/product_prices.h"

namespace rekindle::operators {
namespace {

constexpr std::string_view kYes[] = {"true", "1", "yes", "in_stock", "in stock"};
constexpr std::string_view kNo[] = {"false", "0", "no", "out_of_stock", "out of stock"};
// Can be ordered before there are any; the day they are delivered is no bar.
constexpr std::string_view kOrderable[] = {"preorder", "pre_order", "backorder", "back_order"};

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

CatalogCheck read_category(const CatalogRow& row, Product& product) {
  const auto field = row[CatalogField::kCategory].text.empty() ? CatalogField::kGoogleCategory
                                                               : CatalogField::kCategory;
  if (row[CatalogField::kCategory].is_null) product.category.clear();
  const std::string_view text = row[field].text;
  if (text.empty()) return std::nullopt;
  const auto fault = fault_of_text(text, limits::kCategoryPathBytesMax);
  if (!fault.empty()) return CatalogRefusal{field, fault};
  product.category = category_path(text);
  if (category_levels(product.category) > limits::kCategoryLevelsMax) {
    return CatalogRefusal{field, "has too many levels"};
  }
  return std::nullopt;
}

CatalogCheck read_names(const CatalogRow& row, Product& product) {
  const struct {
    CatalogField field;
    size_t bytes_max;
    std::string& out;
  } names[] = {{CatalogField::kId, limits::kIdBytesMax, product.id},
               {CatalogField::kParent, limits::kIdBytesMax, product.parent},
               {CatalogField::kTitle, limits::kProductTitleBytesMax, product.title},
               {CatalogField::kBrand, limits::kIdBytesMax, product.brand}};
  for (const auto& name : names) {
    const CatalogCell& cell = row[name.field];
    const std::string_view fault = fault_of_text(cell.text, name.bytes_max);
    if (!fault.empty()) return CatalogRefusal{name.field, fault};
    if (!cell.text.empty()) name.out = cell.text;
    if (cell.is_null) name.out.clear();
  }
  if (product.id.empty()) return CatalogRefusal{CatalogField::kId, "is missing"};
  return read_category(row, product);
}

CatalogCheck read_number(const CatalogCell& cell, CatalogField field, int64_t& out) {
  const std::string_view text = cell.text;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error == std::errc{} && end == text.data() + text.size()) return std::nullopt;
  return CatalogRefusal{field, "is not a whole number"};
}

CatalogCheck read_availability(const CatalogRow& row, Product& product) {
  const CatalogCell& available = row[CatalogField::kAvailable];
  if (available.is_null) product.available = true;
  if (!available.text.empty()) {
    product.available = is_one_of(kYes, available.text) || is_one_of(kOrderable, available.text);
    if (!product.available && !is_one_of(kNo, available.text)) {
      return CatalogRefusal{CatalogField::kAvailable, "is neither true nor false"};
    }
  }
  if (row[CatalogField::kStock].is_null) product.stock = kUnknownStock;
  if (!row[CatalogField::kStock].text.empty()) {
    int64_t stock = 0;
    if (auto fault = read_number(row[CatalogField::kStock], CatalogField::kStock, stock)) {
      return fault;
    }
    product.stock = std::max<int64_t>(stock, 0);  // shops write back-orders as negative stock
  }
  if (row[CatalogField::kTier].is_null) product.tier = kNoTier;
  if (!row[CatalogField::kTier].text.empty()) {
    int64_t tier = 0;
    if (auto fault = read_number(row[CatalogField::kTier], CatalogField::kTier, tier)) return fault;
    if (tier < 0 || tier > limits::kProductTierMax) {
      return CatalogRefusal{CatalogField::kTier, "is out of range"};
    }
    product.tier = static_cast<int32_t>(tier);
  }
  return std::nullopt;
}

CatalogCheck read_times(const CatalogRow& row, Product& product) {
  const struct {
    CatalogField field;
    EventTime& out;
    EventTime absent;
  } times[] = {{CatalogField::kPublished, product.published, EventTime::before_all()},
               {CatalogField::kAvailableFrom, product.available_from, EventTime::before_all()},
               {CatalogField::kExpires, product.expires, EventTime::never()}};
  for (const auto& time : times) {
    const CatalogCell& cell = row[time.field];
    if (cell.is_null) time.out = time.absent;
    if (cell.text.empty()) continue;
    // A day alone begins at midnight, UTC.
    const bool is_day = cell.text.size() == 10 && cell.text[4] == '-';
    const auto at =
        parse_time(is_day ? std::string(cell.text) + "T00:00:00Z" : std::string(cell.text));
    if (!at) return CatalogRefusal{time.field, "is not a time (RFC 3339)"};
    time.out = EventTime{*at};
  }
  if (is_one_of(kOrderable, row[CatalogField::kAvailable].text)) {
    product.available_from = EventTime::before_all();
  }
  return std::nullopt;
}

// Calls see(part) for each part between bars that is not empty; its fault ends it.
template <typename See>
CatalogCheck for_each_part(std::string_view text, const See& see) {
  while (!text.empty()) {
    const size_t bar = text.find('|');
    const std::string_view part = trimmed(text.substr(0, bar));
    text = bar == std::string_view::npos ? std::string_view{} : text.substr(bar + 1);
    if (part.empty()) continue;
    if (CatalogCheck fault = see(part)) return fault;
  }
  return std::nullopt;
}

CatalogCheck add_tag(CatalogField field, std::string_view tag, Product& product) {
  const std::string_view fault = fault_of_text(tag, limits::kIdBytesMax);
  if (!fault.empty()) return CatalogRefusal{field, fault};
  if (product.tags.size() >= limits::kProductTagsMax) {
    return CatalogRefusal{field, "has too many tags"};
  }
  product.tags.emplace_back(tag);
  return std::nullopt;
}

CatalogCheck read_tags(const CatalogRow& row, Product& product) {
  const CatalogCell& tags = row[CatalogField::kTags];
  if (!tags.text.empty() || tags.is_null) product.tags.clear();
  const auto fault = for_each_part(
      tags.text, [&](std::string_view tag) { return add_tag(CatalogField::kTags, tag, product); });
  if (fault) return fault;
  for (auto f = static_cast<uint8_t>(kFirstLabel); f <= static_cast<uint8_t>(kLastLabel); ++f) {
    const auto field = static_cast<CatalogField>(f);
    const std::string_view text = row[field].text;
    // A change brings labels that the product has already.
    if (text.empty() || std::count(product.tags.begin(), product.tags.end(), text) > 0) continue;
    if (auto label = add_tag(field, text, product)) return label;
  }
  return std::nullopt;
}

CatalogCheck set_attribute(CatalogField field, std::string_view name, std::string_view value,
                           Product& product) {
  for (const std::string_view text : {name, value}) {
    const std::string_view fault = fault_of_text(text, limits::kIdBytesMax);
    if (!fault.empty()) return CatalogRefusal{field, fault};
  }
  auto& attributes = product.attributes;
  Attribute attribute{std::string(name), std::string(value)};
  const auto at = std::lower_bound(attributes.begin(), attributes.end(), attribute);
  if (at != attributes.end() && *at == attribute) return std::nullopt;
  if (attributes.size() >= limits::kProductAttributesMax) {
    return CatalogRefusal{field, "has too many attributes"};
  }
  attributes.insert(at, std::move(attribute));
  return std::nullopt;
}

CatalogCheck read_attributes(const CatalogRow& row, Product& product) {
  const CatalogCell& all = row[CatalogField::kAttributes];
  if (!all.text.empty() || all.is_null) product.attributes.clear();
  const auto fault = for_each_part(all.text, [&](std::string_view part) -> CatalogCheck {
    const size_t equals = part.find('=');
    const std::string_view name = trimmed(part.substr(0, equals));
    if (equals == std::string_view::npos || name.empty()) {
      return CatalogRefusal{CatalogField::kAttributes, "is not name=value, with | between"};
    }
    return set_attribute(CatalogField::kAttributes, name, trimmed(part.substr(equals + 1)),
                         product);
  });
  if (fault) return fault;
  for (auto f = static_cast<uint8_t>(kFirstAttribute); f <= static_cast<uint8_t>(kLastAttribute);
       ++f) {
    const auto field = static_cast<CatalogField>(f);
    if (row[field].text.empty()) continue;
    std::erase_if(product.attributes,
                  [&](const Attribute& other) { return other.name == name_of(field); });
    if (auto set = set_attribute(field, name_of(field), row[field].text, product)) return set;
  }
  return std::nullopt;
}

}  // namespace

CatalogCheck read_product(const CatalogRow& row, const Site& site, Product& product) {
  if (const auto fault = read_names(row, product)) return fault;
  if (const auto fault = read_product_prices(row, site, product)) return fault;
  if (const auto fault = read_availability(row, product)) return fault;
  if (const auto fault = read_times(row, product)) return fault;
  if (const auto fault = read_tags(row, product)) return fault;
  return read_attributes(row, product);
}

std::optional<bool> parse_yes_no(std::string_view text) {
  if (is_one_of(kYes, text)) return true;
  if (text.empty() || is_one_of(kNo, text)) return false;
  return std::nullopt;
}

std::string to_text(const CatalogRefusal& refusal, const CatalogRow& row) {
  return fmt::format("{}{} {}", name_of(refusal.field), quote(row[refusal.field].text),
                     refusal.reason);
}

}  // namespace rekindle::operators
