#include "cli/check.h"

#include <fmt/format.h>

#include <fstream>
#include <memory>

#include "cli/assembly.h"
#include "cli/exit_code.h"
#include "cli/yaml_reader.h"
#include "operators/audience/checker.h"
#include "operators/audience/definitions.h"
#include "operators/audience/parser.h"

namespace rekindle::cli {
namespace {

std::vector<ExpressionFault> check_expression(std::string_view when,
                                              const std::vector<AudienceDefinition>& all) {
  namespace audience = operators::audience;
  audience::Faults faults;
  std::vector<audience::KnownAudience> known;
  for (const AudienceDefinition& other : all) known.push_back({other.name});
  audience::Syntax syntax = audience::parse(when, known, faults);
  if (faults.empty()) audience::check(syntax, faults);
  std::vector<ExpressionFault> result;
  for (const audience::Fault& fault : faults.all()) {
    result.push_back({fault.where.begin, fault.message});
  }
  return result;
}

std::string line_of(const std::string& path, size_t number) {
  std::ifstream in(path);
  std::string line;
  for (size_t i = 0; i < number; ++i) std::getline(in, line);
  return in ? line : std::string();
}

void print(const Faults& faults) {
  for (const Fault& fault : faults) {
    fmt::print(stderr, "{}\n", to_string(fault));
    if (fault.line == 0 || fault.is_secret) continue;
    const std::string line = line_of(fault.file, fault.line);
    if (fault.column > line.size() + 1) continue;
    fmt::print(stderr, "  {}\n  {: >{}}\n", line, "^", fault.column);
  }
  fmt::print(stderr, "{} fault{}\n", faults.size(), faults.size() == 1 ? "" : "s");
}

int run_check(const std::string& path) {
  const auto config = read_config(path);
  if (!config) return kExitUsage;
  if (const auto decider = make_decider(*config); !decider) {
    fmt::print(stderr, "{}: {}\n", path, to_string(decider.error()));
    return kExitUsage;
  }
  fmt::print("{}: good. {} site(s), {} audience(s), store '{}', port {}\n", path,
             config->sites.size(), config->audiences.size(), config->directory,
             config->server.port);
  return kExitOk;
}

}  // namespace

std::optional<Config> read_config(const std::string& path) {
  Faults faults;
  Config config = load_config(path, check_expression, faults);
  if (faults.empty()) {
    // What no single expression shows: circles.
    for (const Error& error : operators::audience::check_definitions(config.audiences)) {
      faults.push_back({path, 0, 0, error.detail});
    }
  }
  if (faults.empty()) return config;
  print(faults);
  return std::nullopt;
}

void add_check_command(CommandLine& line) {
  auto path = std::make_shared<std::string>();
  Command check = line.add("check", "Say everything that is wrong with a configuration");
  check.option("config", *path, "The YAML file").required();
  check.footer("Example:\n  rekindle check configs/rekindle.yaml");
  check.runs([path] { return run_check(*path); });
}

}  // namespace rekindle::cli
