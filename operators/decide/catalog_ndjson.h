// A catalogue from NDJSON: one object a line. Called by the program before the engine starts.
//
// Field names: catalog_row.h; other fields are ignored. Ids and amounts may be numbers, read as
// they are written, so no price passes through floating point. `tags` is a text or an array of
// texts. null is the same as absent.
#pragma once

#include <string_view>

#include "operators/decide/catalog_row.h"

namespace rekindle::operators {

// Never fails as a whole: a line that is not JSON is one faulty row.
[[nodiscard]] LoadedCatalog load_catalog_ndjson(std::string_view text, const Site& site);

}  // namespace rekindle::operators
