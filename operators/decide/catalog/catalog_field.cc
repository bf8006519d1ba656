#include "operators/decide/catalog/catalog_field.h"

#include <algorithm>

namespace rekindle::operators {
namespace {

struct FieldName {
  std::string_view name;
  CatalogField field;
};
constexpr FieldName kFieldNames[] = {{"product", CatalogField::kId},
                                     {"id", CatalogField::kId},
                                     {"parent", CatalogField::kParent},
                                     {"item_group_id", CatalogField::kParent},
                                     {"title", CatalogField::kTitle},
                                     {"category", CatalogField::kCategory},
                                     {"product_type", CatalogField::kCategory},
                                     {"google_product_category", CatalogField::kGoogleCategory},
                                     {"brand", CatalogField::kBrand},
                                     {"price", CatalogField::kPrice},
                                     {"sale_price", CatalogField::kSalePrice},
                                     {"sale_price_effective_date", CatalogField::kSaleDates},
                                     {"list_price", CatalogField::kListPrice},
                                     {"cost", CatalogField::kCost},
                                     {"cost_of_goods_sold", CatalogField::kCost},
                                     {"margin", CatalogField::kMargin},
                                     {"currency", CatalogField::kCurrency},
                                     {"stock", CatalogField::kStock},
                                     {"quantity", CatalogField::kStock},
                                     {"available", CatalogField::kAvailable},
                                     {"availability", CatalogField::kAvailable},
                                     {"published", CatalogField::kPublished},
                                     {"available_from", CatalogField::kAvailableFrom},
                                     {"availability_date", CatalogField::kAvailableFrom},
                                     {"expires", CatalogField::kExpires},
                                     {"expiration_date", CatalogField::kExpires},
                                     {"tier", CatalogField::kTier},
                                     {"tags", CatalogField::kTags},
                                     {"attributes", CatalogField::kAttributes},
                                     {"color", CatalogField::kColor},
                                     {"size", CatalogField::kSize},
                                     {"material", CatalogField::kMaterial},
                                     {"pattern", CatalogField::kPattern},
                                     {"gender", CatalogField::kGender},
                                     {"age_group", CatalogField::kAgeGroup},
                                     {"custom_label_0", CatalogField::kLabel0},
                                     {"custom_label_1", CatalogField::kLabel1},
                                     {"custom_label_2", CatalogField::kLabel2},
                                     {"custom_label_3", CatalogField::kLabel3},
                                     {"custom_label_4", CatalogField::kLabel4},
                                     {"deleted", CatalogField::kDeleted}};
static_assert(static_cast<size_t>(CatalogField::kDeleted) + 1 == kCatalogFields);

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr char as_in_names(char c) {
  return c == ' ' || c == '-' ? '_' : lower(c);
}

}  // namespace

std::optional<CatalogField> parse_catalog_field(std::string_view name) {
  if (name.size() > 2 && lower(name[0]) == 'g' && name[1] == ':') name.remove_prefix(2);
  for (const FieldName& known : kFieldNames) {
    if (std::equal(known.name.begin(), known.name.end(), name.begin(), name.end(),
                   [](char a, char b) { return a == as_in_names(b); })) {
      return known.field;
    }
  }
  return std::nullopt;
}

std::string_view name_of(CatalogField field) {
  const auto found = std::find_if(std::begin(kFieldNames), std::end(kFieldNames),
                                  [&](const FieldName& known) { return known.field == field; });
  return found->name;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

bool is_same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace rekindle::operators
