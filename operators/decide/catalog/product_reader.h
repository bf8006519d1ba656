// From one row of raw cells to a product, the same for every catalogue format: what a field may
// hold, and why a row cannot be used. Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/site.h"
#include "operators/decide/catalog/catalog_field.h"
#include "operators/decide/catalog/product.h"

namespace rekindle::operators {

struct CatalogRefusal {
  CatalogField field;
  std::string_view reason;  // a literal; follows the field's name
};
using CatalogCheck = std::optional<CatalogRefusal>;  // nothing: all is well

// Sets what the row says, and leaves what it does not say or says as an empty text; null sets a
// field back. Prices become minor units of the site's currency. `product` is half-read after a
// refusal.
[[nodiscard]] CatalogCheck read_product(const CatalogRow& row, const Site& site, Product& product);

// What `deleted` says; nothing when it is neither true nor false.
[[nodiscard]] std::optional<bool> parse_yes_no(std::string_view text);

// "price \"abc\" is not …", for people.
[[nodiscard]] std::string to_text(const CatalogRefusal& refusal, const CatalogRow& row);

}  // namespace rekindle::operators
