// A store's directory, log and state, opened without an engine: for commands that look at what is
// stored. Thread: one.
#pragma once

#include <memory>

#include "cli/config.h"
#include "core/log.h"
#include "core/state_store.h"
#include "state/store_directory.h"

namespace rekindle::cli {

struct StoredStore {
  std::unique_ptr<state::StoreDirectory> directory;
  std::unique_ptr<Log> log;
  std::unique_ptr<StateStore> state;
};

// Errors: those of StoreDirectory::open, RocksLog::open and RocksStateStore::open.
[[nodiscard]] Result<StoredStore> open_stored(const Config& config);

}  // namespace rekindle::cli
