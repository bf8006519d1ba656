// What the fields of a catalogue are called, in every format, and a row of raw cells.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/limits.h"

namespace rekindle::operators {

// Ours, and those of Google Merchant Center's product data.
enum class CatalogField : uint8_t {
  kId,
  kParent,
  kTitle,
  kCategory,
  kGoogleCategory,  // taken when there is no kCategory
  kBrand,
  kPrice,
  kSalePrice,
  kSaleDates,
  kListPrice,
  kCost,
  kMargin,
  kCurrency,
  kStock,
  kAvailable,
  kPublished,
  kAvailableFrom,
  kExpires,
  kTier,
  kTags,
  kAttributes,
  kColor,  // from here on attributes of these names …
  kSize,
  kMaterial,
  kPattern,
  kGender,
  kAgeGroup,
  kLabel0,  // … and from here on tags
  kLabel1,
  kLabel2,
  kLabel3,
  kLabel4,
  kDeleted,  // the row takes its product out
};
inline constexpr size_t kCatalogFields = 33;
inline constexpr CatalogField kFirstAttribute = CatalogField::kColor;
inline constexpr CatalogField kLastAttribute = CatalogField::kAgeGroup;
inline constexpr CatalogField kFirstLabel = CatalogField::kLabel0;
inline constexpr CatalogField kLastLabel = CatalogField::kLabel4;

// In any letter case, with blanks or '-' for '_', with or without "g:" before it; see
// docs/catalog.md. Nothing for other names.
[[nodiscard]] std::optional<CatalogField> parse_catalog_field(std::string_view name);
// The first of its names.
[[nodiscard]] std::string_view name_of(CatalogField field);

// Without white space at either end.
[[nodiscard]] std::string_view trimmed(std::string_view text);
[[nodiscard]] bool is_same_word(std::string_view a, std::string_view b);  // in any letter case

// Where and what a field was. Views into the loader's input.
struct CatalogCell {
  std::string_view text;  // empty: absent
  uint64_t line = 0;      // from 1; 0: absent
  uint64_t column = 0;    // in bytes, from 1
  bool is_null = false;   // JSON's null: takes away what a change found there
};
struct CatalogRow {
  std::array<CatalogCell, kCatalogFields> cells{};
  [[nodiscard]] CatalogCell& operator[](CatalogField f) { return cells[static_cast<size_t>(f)]; }
  [[nodiscard]] const CatalogCell& operator[](CatalogField f) const {
    return cells[static_cast<size_t>(f)];
  }
};

}  // namespace rekindle::operators
