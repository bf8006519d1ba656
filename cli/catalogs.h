// The sites' catalogues at a start: from the configured files, or as the store has them. Called by
// cli/assembly.cc and `rekindle check`; thread: the main one.
#pragma once

#include <vector>

#include "cli/config.h"
#include "core/clock.h"
#include "core/state_store.h"
#include "operators/decide/decide_engine.h"

namespace rekindle::cli {

// The bytes of a file, decompressed. Errors: those of open_input_file and ByteSource::read.
[[nodiscard]] Result<std::string> read_whole_file(const std::string& path);

// Reads every configured file. Errors: the first that cannot be used.
[[nodiscard]] Result<std::vector<operators::SiteCatalog>> read_catalog_files(const Config& config);

// The same; a site that names no file has what `store` has. Errors: the same, kCorruptRecord,
// kStoreFailed.
[[nodiscard]] Result<std::vector<operators::SiteCatalog>> read_catalogs(const Config& config,
                                                                        StateStore& store);

// The newest word counts: a file is read again when its content is another than at the last start;
// else what the store has stays, with what the interface made of it. A site whose file is no longer
// configured keeps its catalogue only if the interface changed it. Errors: the same,
// kCorruptRecord, kStoreFailed, kDiskFull.
[[nodiscard]] Result<std::vector<operators::SiteCatalog>> open_catalogs(const Config& config,
                                                                        StateStore& store,
                                                                        const Clock& clock);

}  // namespace rekindle::cli
