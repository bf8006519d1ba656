#include "cli/assembly.h"

#include <spdlog/spdlog.h>

#include <future>

#include "cli/catalogs.h"
#include "operators/audience/probe.h"
#include "operators/catalog.h"
#include "operators/clv/clv_models.h"

namespace rekindle::cli {
namespace {

operators::DecideConfig engine_config(const Config& config) {
  operators::DecideConfig decide = config.decide;
  decide.sites = sites_of(config).all();  // with their ids
  return decide;
}

}  // namespace

Result<std::unique_ptr<Decider>> make_decider(const Config& config) {
  auto catalogs = read_catalog_files(config);
  if (!catalogs) return catalogs.error();
  return operators::make_decide_engine(engine_config(config), std::move(*catalogs));
}

Result<std::unique_ptr<Decider>> make_decider(const Config& config, StateStore& store) {
  auto catalogs = read_catalogs(config, store);
  if (!catalogs) return catalogs.error();
  return operators::make_decide_engine(engine_config(config), std::move(*catalogs));
}

Result<Operators> make_operators(const Rules& rules) {
  return operators::make_operators(rules, {});
}

Result<void> Assembly::open_stores(const Config& config) {
  const EngineConfig& engine = config.engine;
  auto directory = state::StoreDirectory::open(config.directory, {engine.partitions, engine.clock});
  if (!directory) return directory.error();
  x_directory = std::move(*directory);
  if (auto same = x_directory->check_partitions(engine.partitions); !same) return same;
  if (x_directory->facts().clock != engine.clock) {
    if (auto kept = x_directory->set_clock(engine.clock); !kept) return kept;
  }
  // After a kill each reads what it had not written to a table yet, so both at once.
  auto opening = std::async(std::launch::async, [this, &config] {
    return state::RocksLog::open(x_directory->log_path(), config.rocks_log);
  });
  auto store = state::RocksStateStore::open(x_directory->state_path(), config.rocks_state);
  auto log = opening.get();
  if (!log) return log.error();
  if (!store) return store.error();
  x_log = std::move(*log);
  x_store = std::move(*store);
  return {};
}

Result<std::unique_ptr<Assembly>> Assembly::open(const Config& config,
                                                 const std::function<void(double)>& progress) {
  std::unique_ptr<Assembly> assembly(new Assembly(sites_of(config)));
  if (auto opened = assembly->open_stores(config); !opened) return opened.error();
  auto catalogs = open_catalogs(config, *assembly->x_store, assembly->x_clock);
  if (!catalogs) return catalogs.error();
  auto decider = operators::make_decide_engine(engine_config(config), std::move(*catalogs),
                                               assembly->x_store.get());
  if (!decider) return decider.error();
  EngineParts parts{*assembly->x_log,
                    *assembly->x_store,
                    assembly->x_clock,
                    assembly->x_sites,
                    make_operators,
                    std::move(*decider),
                    [](const Error& error) {
                      spdlog::critical("the engine stopped error=\"{}\"", to_string(error));
                    },
                    [](const Error& error) {
                      spdlog::warn("a background task failed, will be tried again error=\"{}\"",
                                   to_string(error));
                    },
                    operators::make_clv_models(),
                    operators::audience::make_probe};
  auto engine = Engine::open(config.engine, std::move(parts), config.audiences, progress);
  if (!engine) return engine.error();
  assembly->x_engine = std::move(*engine);
  return assembly;
}

}  // namespace rekindle::cli
