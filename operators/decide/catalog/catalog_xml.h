// A catalogue, or a change of one, from a Google Merchant feed: RSS 2.0 (item) or Atom (entry),
// with fields in the namespace "g" or, in RSS, in none. Wraps expat. Pure functions, any thread.
//
// Field names: catalog_field.h; a field's first element counts, one of the namespace "g" before
// others. product_detail adds an attribute. Elements with other names are ignored, a DOCTYPE is
// refused. Encodings are those of expat: UTF-8, UTF-16, ISO-8859-1, US-ASCII.
#pragma once

#include <string_view>

#include "core/error.h"
#include "operators/decide/catalog/catalog_row.h"

namespace rekindle::operators {

// Errors: kInvalidConfiguration (malformed: "line:column why"; what was read before it is with the
// builder and must not be used); faulty rows are with the builder.
[[nodiscard]] Result<void> read_catalog_xml(std::string_view text, CatalogBuilder& builder);

}  // namespace rekindle::operators
