#include "cli/serve.h"

#include <fmt/format.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "cli/assembly.h"
#include "cli/check.h"
#include "cli/exit_code.h"
#include "cli/presets/source_event.h"
#include "cli/warm_heap.h"
#include "io/server.h"

namespace rekindle::cli {
namespace {

constexpr const char* kDemoConfig = "configs/demo.yaml";
constexpr const char* kFooter =
    R"(SIGHUP reads the certificate of server.tls again; so does a change of its files, within seconds.

Stops gracefully on SIGINT or SIGTERM: no new requests, answers what is in flight,
commits, saves every visitor, exits with 0. A second signal ends it at once; nothing
acknowledged is lost by that either.

Examples:
  rekindle serve --config configs/rekindle.yaml
  rekindle serve --demo --port 9000      a temporary store, removed at the end
  REKINDLE_SERVER_PORT=9000 rekindle serve --config rekindle.yaml)";

struct ServeOptions {
  std::string config;
  bool demo = false;
  std::string data;
  int port = -1;
};

// "%*" of the JSON pattern: the message as a JSON string.
class JsonMessage final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& out) override {
    x_text.clear();
    append_json_string({message.payload.data(), message.payload.size()}, x_text);
    out.append(x_text.data(), x_text.data() + x_text.size());
  }
  [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<JsonMessage>();
  }

 private:
  std::string x_text;
};

void set_up_logging(const LogConfig& config) {
  static constexpr spdlog::level::level_enum kLevels[] = {spdlog::level::debug, spdlog::level::info,
                                                          spdlog::level::warn, spdlog::level::err};
  spdlog::set_default_logger(spdlog::stderr_logger_mt("rekindle"));
  spdlog::set_level(kLevels[static_cast<size_t>(config.level)]);
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  formatter->add_flag<JsonMessage>('*');
  formatter->set_pattern(config.format == LogFormat::kText
                             ? "time=%Y-%m-%dT%H:%M:%S.%e%z level=%l %v"
                             : R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l","message":%*})");
  spdlog::set_formatter(std::move(formatter));
}

// The signals that end the server are waited for, not handled; every thread made later inherits it.
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

void let_the_next_signal_kill(const sigset_t& signals) {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

// A directory that goes away with this object.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "rekindle-demo-XXXXXX").string();
    if (mkdtemp(pattern.data()) != nullptr) x_path = pattern;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;  // nothing can be done about what stays in /tmp
    if (!x_path.empty()) std::filesystem::remove_all(x_path, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  [[nodiscard]] const std::string& path() const { return x_path; }  // empty: could not be made

 private:
  std::string x_path;
};

void reload_certificate(io::Server& server) {
  if (const auto reloaded = server.reload_certificate(); !reloaded) {
    return spdlog::error("the certificate in use stays error=\"{}\"", to_string(reloaded.error()));
  }
  spdlog::info("certificate read again");
}

// Until then a renewed certificate is taken up: at SIGHUP, or when its files are seen to differ.
int wait_for_the_end(const sigset_t& signals, io::Server& server) {
  constexpr timespec kLookEvery{5, 0};
  while (true) {
    const int signal = sigtimedwait(&signals, nullptr, &kLookEvery);
    if (signal == SIGINT || signal == SIGTERM) return signal;
    if (signal == SIGHUP || server.certificate_changed()) reload_certificate(server);
  }
}

int fail(const Error& error) {
  spdlog::error("cannot serve error={} detail=\"{}\"", name_of(error.code), to_string(error));
  return exit_code_of(error.code);
}

int serve(Config config) {
  const sigset_t signals = block_signals();
  const auto cores = plan_cores(config.pin_threads, usable_cores(), config.server.io_threads,
                                config.engine.shards);
  if (!cores) return fail(cores.error());
  config.server.io_cores = cores->io;
  config.engine.shard_cores = cores->shards;
  const WarmHeap heap;
  double reported = 0;
  auto assembly = Assembly::open(config, [&reported](double share) {
    if (share < reported + 0.05) return;
    reported = share;
    spdlog::info("recovering done={:.0f}%", share * 100);
  });
  if (!assembly) return fail(assembly.error());
  state::StoreDirectory& directory = (*assembly)->directory();
  config.server.free_bytes = [&directory] {
    const auto free = directory.free_bytes();
    return free ? *free : 0;
  };
  config.server.audit_directory = config.directory;
  auto server = io::Server::make(config.server, (*assembly)->engine());
  if (!server) return fail(server.error());
  spdlog::info("serving address={} port={} store={} audiences={} sites={} shards={} pinned={}",
               config.server.address, (*server)->port(), config.directory, config.audiences.size(),
               config.sites.size(), config.engine.shards, !cores->shards.empty());
  fmt::print("rekindle is listening on {}://{}:{}\n", config.server.tls.is_on() ? "https" : "http",
             config.server.address, (*server)->port());
  std::fflush(stdout);

  const int signal = wait_for_the_end(signals, **server);
  spdlog::info("stopping signal={}", signal == SIGINT ? "SIGINT" : "SIGTERM");
  let_the_next_signal_kill(signals);
  (*server)->stop();
  auto stopped = (*assembly)->engine().stop();
  server->reset();
  if (!stopped) return fail(stopped.error());
  spdlog::info("stopped");
  return kExitOk;
}

int run_serve(const ServeOptions& options) {
  auto config = read_config(options.demo ? kDemoConfig : options.config);
  if (!config) return kExitUsage;
  if (options.port >= 0) config->server.port = static_cast<uint16_t>(options.port);
  if (!options.data.empty()) config->directory = options.data;
  set_up_logging(config->log);
  if (!options.demo || !options.data.empty()) return serve(std::move(*config));
  const TemporaryDirectory temporary;
  if (temporary.path().empty()) {
    return fail({ErrorCode::kStoreFailed, "no temporary directory can be made"});
  }
  config->directory = temporary.path();
  return serve(std::move(*config));
}

}  // namespace

void add_serve_command(CommandLine& line) {
  auto options = std::make_shared<ServeOptions>();
  Command serve = line.add("serve", "Run the server");
  const Option config = serve.option("--config", options->config, "Configuration (YAML)");
  const Option demo = serve.flag("--demo", options->demo, "configs/demo.yaml in a temporary store")
                          .excludes(config);
  serve.option("--data", options->data, "Store directory, instead of the configured one");
  serve.option("--port", options->port, "Port, instead of the configured one; 0: any free")
      .between(0, 65'535);
  serve.footer(kFooter);
  serve.runs([options, config, demo] {
    if (config.is_given() || demo.is_given()) return run_serve(*options);
    fmt::print(stderr, "serve needs --config FILE or --demo\n");
    return kExitUsage;
  });
}

}  // namespace rekindle::cli
