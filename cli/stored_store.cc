#include "cli/stored_store.h"

#include "state/rocks_log.h"
#include "state/rocks_state_store.h"

namespace rekindle::cli {

Result<StoredStore> open_stored(const Config& config) {
  StoredStore store;
  auto directory = state::StoreDirectory::open(config.directory,
                                               {config.engine.partitions, config.engine.clock});
  if (!directory) return directory.error();
  store.directory = std::move(*directory);
  auto log = state::RocksLog::open(store.directory->log_path(), config.rocks_log);
  if (!log) return log.error();
  store.log = std::move(*log);
  auto state = state::RocksStateStore::open(store.directory->state_path(), config.rocks_state);
  if (!state) return state.error();
  store.state = std::move(*state);
  return store;
}

}  // namespace rekindle::cli
