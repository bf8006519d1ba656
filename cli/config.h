// Everything `rekindle serve` can be told, as plain structs with their defaults, and how they are
// read from YAML. docs/configuration.md lists the keys. Called at start, on the main thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core_plan.h"
#include "core/engine.h"
#include "core/rules.h"
#include "core/site.h"
#include "io/server_config.h"
#include "operators/decide/decide_engine.h"
#include "state/rocks_log.h"
#include "state/rocks_state_store.h"

namespace rekindle::cli {

struct Fault;  // cli/yaml_reader.h

enum class LogLevel : uint8_t { kDebug, kInfo, kWarning, kError };
enum class LogFormat : uint8_t { kText, kJson };

struct LogConfig {  // what the program says, not what it stores
  LogLevel level = LogLevel::kInfo;
  LogFormat format = LogFormat::kText;
};

struct SiteConfig {
  Site site;
  std::string catalog;  // a CSV or NDJSON file, maybe compressed (.zst); empty: none
};

struct Config {
  std::string directory = "rekindle-data";  // of the store
  EngineConfig engine;
  PinThreads pin_threads = PinThreads::kAuto;
  state::RocksLogConfig rocks_log;
  state::RocksStateConfig rocks_state;
  io::ServerConfig server;
  operators::DecideConfig decide;
  LogConfig log;
  std::vector<SiteConfig> sites;
  std::vector<AudienceDefinition> audiences;
};

// What is wrong with an expression that may refer to these audiences: byte offset and message.
// Empty: it compiles.
struct ExpressionFault {
  size_t offset = 0;
  std::string message;
};
using CheckExpression = std::function<std::vector<ExpressionFault>(
    std::string_view, const std::vector<AudienceDefinition>&)>;

// Reads a file and what it includes. On any fault all of them are in `faults`, in file order, and
// the returned value must not be used. Files named inside are relative to the file naming them.
[[nodiscard]] Config load_config(const std::string& path, const CheckExpression& check,
                                 std::vector<Fault>& faults);

// The sites as the engine wants them. REQUIRES: a configuration without faults.
[[nodiscard]] Sites sites_of(const Config& config);

}  // namespace rekindle::cli
