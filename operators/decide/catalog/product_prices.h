// The amounts of a catalogue's row: prices, cost and margin, each with a currency of its own or the
// row's. Used by product_reader.cc. Pure functions, any thread.
#pragma once

#include "operators/decide/catalog/product_reader.h"

namespace rekindle::operators {

// Sets what the row says, in minor units of the site's currency.
[[nodiscard]] CatalogCheck read_product_prices(const CatalogRow& row, const Site& site,
                                               Product& product);

}  // namespace rekindle::operators
