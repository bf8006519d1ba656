// Reads a catalogue, or a change of one, in any of its formats. Pure functions, any thread.
#pragma once

#include <string_view>

#include "core/catalog_change.h"
#include "core/error.h"
#include "operators/decide/catalog/catalog_row.h"

namespace rekindle::operators {

// By how a file's name ends, before ".gz" or ".zst"; kAny when that says nothing.
[[nodiscard]] CatalogFormat catalog_format_of(std::string_view file_name);

// Errors: kInvalidConfiguration: the source cannot be read as a whole, so nothing of the builder's
// must be used.
[[nodiscard]] Result<void> read_catalog(std::string_view text, CatalogFormat format,
                                        CatalogBuilder& builder);

}  // namespace rekindle::operators
