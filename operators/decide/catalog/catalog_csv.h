// A catalogue, or a change of one, from CSV (RFC 4180). Pure functions, any thread.
//
// The first row names the columns, in any order (names: catalog_field.h); columns with other names
// are ignored. The separator is the first of ',' ';' tab that appears in that row. A UTF-8 byte
// order mark, CRLF, empty lines and quoted line breaks are fine.
#pragma once

#include <string_view>

#include "core/error.h"
#include "operators/decide/catalog/catalog_row.h"

namespace rekindle::operators {

// Errors: kInvalidConfiguration when the first row cannot be used (no product column, a column
// twice); faulty rows are with the builder.
[[nodiscard]] Result<void> read_catalog_csv(std::string_view text, CatalogBuilder& builder);
// A whole one where there was none.
[[nodiscard]] Result<LoadedCatalog> load_catalog_csv(std::string_view text, const Site& site);

}  // namespace rekindle::operators
