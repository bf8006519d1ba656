#include "cli/assembly.h"

#include <spdlog/spdlog.h>

#include "cli/presets/input_file.h"
#include "operators/audience/probe.h"
#include "operators/catalog.h"
#include "operators/clv/clv_models.h"
#include "operators/decide/catalog_csv.h"
#include "operators/decide/catalog_ndjson.h"

namespace rekindle::cli {
namespace {

constexpr size_t kFaultsShown = 5;

bool is_ndjson(std::string_view path) {
  if (path.ends_with(".zst")) path.remove_suffix(4);
  return path.ends_with(".ndjson") || path.ends_with(".jsonl");
}

Result<std::string> read_all(const std::string& path) {
  auto source = open_input_file(path);
  if (!source) return source.error();
  std::string text;
  char chunk[64 * 1'024];
  while (true) {
    const auto n = (*source)->read(chunk, sizeof chunk);
    if (!n) return Error{n.error().code, path + ": " + n.error().detail};
    if (*n == 0) return text;
    text.append(chunk, *n);
  }
}

Result<operators::ProductCatalog> load_catalog(const SiteConfig& site) {
  const auto text = read_all(site.catalog);
  if (!text) return text.error();
  Result<operators::LoadedCatalog> loaded =
      is_ndjson(site.catalog)
          ? Result<operators::LoadedCatalog>(operators::load_catalog_ndjson(*text, site.site))
          : operators::load_catalog_csv(*text, site.site);
  if (!loaded) {
    return Error{loaded.error().code, site.catalog + ": " + loaded.error().detail};
  }
  spdlog::info("catalogue loaded site={} file={} products={} faulty_rows={}", site.site.name,
               site.catalog, loaded->catalog.size(), loaded->faulty_rows);
  for (size_t i = 0; i < loaded->faults.size() && i < kFaultsShown; ++i) {
    spdlog::warn("catalogue row left out file={} at={}", site.catalog,
                 operators::to_string(loaded->faults[i]));
  }
  return std::move(loaded->catalog);
}

}  // namespace

Result<std::unique_ptr<Decider>> make_decider(const Config& config) {
  std::vector<operators::SiteCatalog> catalogs;
  for (const SiteConfig& site : config.sites) {
    if (site.catalog.empty()) continue;
    auto catalog = load_catalog(site);
    if (!catalog) return catalog.error();
    catalogs.push_back({site.site.name, std::move(*catalog)});
  }
  operators::DecideConfig decide = config.decide;
  for (const SiteConfig& site : config.sites) decide.sites.push_back(site.site);
  return operators::make_decide_engine(decide, std::move(catalogs));
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
  auto log = state::RocksLog::open(x_directory->log_path(), config.rocks_log);
  if (!log) return log.error();
  x_log = std::move(*log);
  auto store = state::RocksStateStore::open(x_directory->state_path(), config.rocks_state);
  if (!store) return store.error();
  x_store = std::move(*store);
  return {};
}

Result<std::unique_ptr<Assembly>> Assembly::open(const Config& config,
                                                 const std::function<void(double)>& progress) {
  std::unique_ptr<Assembly> assembly(new Assembly(sites_of(config)));
  auto decider = make_decider(config);
  if (!decider) return decider.error();
  if (auto opened = assembly->open_stores(config); !opened) return opened.error();
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
