// A catalogue, or a change of one, from NDJSON: one object a line. Pure functions, any thread.
//
// Field names: catalog_field.h; other fields are ignored. Ids and amounts may be numbers, read as
// they are written, so no price passes through floating point. `tags` is a text or an array of
// texts, `attributes` a text or an object of texts. null takes a value away in a change, and is the
// same as absent otherwise.
#pragma once

#include <string_view>

#include "operators/decide/catalog/catalog_row.h"

namespace rekindle::operators {

// Never fails as a whole: a line that is not JSON is one faulty row.
void read_catalog_ndjson(std::string_view text, CatalogBuilder& builder);
// A whole one where there was none.
[[nodiscard]] LoadedCatalog load_catalog_ndjson(std::string_view text, const Site& site);

}  // namespace rekindle::operators
