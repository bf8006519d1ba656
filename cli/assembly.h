// Joins the parts into a working engine: store directory, log, state store, sites, catalogues,
// operators. Used by serve, replay --direct and verify, on the main thread.
#pragma once

#include <functional>
#include <memory>

#include "cli/config.h"
#include "core/clock.h"
#include "core/engine.h"
#include "state/store_directory.h"

namespace rekindle::cli {

// Owns: all it joins, in an order in which they may go away.
class Assembly {
 public:
  // Opens (or makes) the store and recovers. Errors: those of StoreDirectory::open, RocksLog::open,
  // RocksStateStore::open, make_decide_engine and Engine::open; kNotFound for a catalogue.
  [[nodiscard]] static Result<std::unique_ptr<Assembly>> open(
      const Config& config, const std::function<void(double)>& progress);

  [[nodiscard]] Engine& engine() { return *x_engine; }
  [[nodiscard]] state::StoreDirectory& directory() { return *x_directory; }
  [[nodiscard]] const Sites& sites() const { return x_sites; }

 private:
  explicit Assembly(Sites sites) : x_sites(std::move(sites)) {}
  [[nodiscard]] Result<void> open_stores(const Config& config);

  Sites x_sites;
  SystemClock x_clock;
  std::unique_ptr<state::StoreDirectory> x_directory;
  std::unique_ptr<Log> x_log;
  std::unique_ptr<StateStore> x_store;
  std::unique_ptr<Engine> x_engine;
};

// The decision engine with the catalogues that the sites name; rows that cannot be used are logged.
// Errors: kNotFound, kBrokenCompression, kInvalidConfiguration.
[[nodiscard]] Result<std::unique_ptr<Decider>> make_decider(const Config& config);
// The same; a site that names no file has what `store` has. Nothing is written to it.
[[nodiscard]] Result<std::unique_ptr<Decider>> make_decider(const Config& config,
                                                            StateStore& store);

// The operators in force for a set of rules, as every command builds them.
[[nodiscard]] Result<Operators> make_operators(const Rules& rules);

}  // namespace rekindle::cli
