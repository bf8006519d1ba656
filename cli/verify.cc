#include "cli/verify.h"

#include <fmt/format.h>

#include <memory>

#include "cli/assembly.h"
#include "cli/check.h"
#include "cli/exit_code.h"
#include "cli/verify_bytes.h"
#include "cli/verify_naive.h"

namespace rekindle::cli {
namespace {

int failed(const Error& error) {
  fmt::print(stderr, "rekindle verify: {}\n", to_string(error));
  return exit_code_of(error.code);
}

int run_bytes(const Config& config) {
  const auto verdict = verify_bytes(config);
  if (!verdict) return failed(verdict.error());
  for (const std::string& note : verdict->notes) fmt::print("{}\n", note);
  fmt::print(
      "replayed {} log records: {} visitors, {} change values, {} session values, "
      "{} claim values compared\n",
      verdict->records, verdict->visitors, verdict->changes, verdict->sessions, verdict->claims);
  fmt::print("{}\n", verdict->differences == 0
                         ? "the store is exactly what its log says"
                         : fmt::format("{} differences", verdict->differences));
  return verdict->differences == 0 ? kExitOk : kExitFailure;
}

int run_naive(const Config& config, const NaiveOptions& options) {
  const auto verdict = verify_naive(config, options, make_operators);
  if (!verdict) return failed(verdict.error());
  for (const auto& [audience, why] : verdict->untold) {
    fmt::print("audience {} is not compared: {}\n", audience, why);
  }
  fmt::print("replayed {} log records: {} questions asked again, {} memberships, {} entries\n",
             verdict->records, verdict->questions, verdict->memberships, verdict->entries);
  if (verdict->bounded > 0) {
    fmt::print("{} answers differ where the engine's own are not exact (long histories)\n",
               verdict->bounded);
  }
  if (verdict->of_persons > 0) {
    fmt::print("{} times a visitor was of a person of several, and was not recounted\n",
               verdict->of_persons);
  }
  fmt::print("{}\n", verdict->differences == 0
                         ? "every membership is what a recount of the events says"
                         : fmt::format("{} differences", verdict->differences));
  return verdict->differences == 0 ? kExitOk : kExitFailure;
}

struct VerifyOptions {
  std::string config;
  std::string data;
  bool naive = false;
  NaiveOptions recount;
};

int run_verify(const VerifyOptions& options) {
  auto config = read_config(options.config);
  if (!config) return kExitUsage;
  if (!options.data.empty()) config->directory = options.data;
  return options.naive ? run_naive(*config, options.recount) : run_bytes(*config);
}

}  // namespace

void add_verify_command(CommandLine& line) {
  auto options = std::make_shared<VerifyOptions>();
  Command verify = line.add("verify", "Prove that the stored state is what the log says");
  verify.option("--config", options->config, "Configuration (YAML)").required();
  verify.option("--data", options->data, "Store directory, instead of the configured one");
  verify.flag("--naive", options->naive, "Recount all memberships from the events instead");
  verify.option("--instants", options->recount.instants, "Places in each partition's log (naive)")
      .between(1, 1'000'000)
      .shows_default();
  verify.option("--share", options->recount.share, "One in so many visitors (naive)")
      .between(1, 1'000'000)
      .shows_default();
  verify.footer(
      "Replays the whole event log from its first record, in memory, and compares every visitor's\n"
      "bytes, every audience change and every session with what is stored. With --naive it asks\n"
      "instead, at many places in the log, who is in which audience, of the engine and of an\n"
      "evaluator that shares no code with it and counts the raw events anew each time; the first\n"
      "difference is explained.\n\n"
      "No server may have the store open, and the event log must not have been trimmed.\n\n"
      "Examples:\n  rekindle verify --config configs/rekindle.yaml\n"
      "  rekindle verify --config configs/rekindle.yaml --naive --instants 50 --share 10");
  verify.runs([options] { return run_verify(*options); });
}

}  // namespace rekindle::cli
