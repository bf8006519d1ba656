#include "cli/audience.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <thread>

#include "cli/audience/server_client.h"
#include "cli/audience/text.h"
#include "cli/exit_code.h"
#include "cli/yaml_reader.h"
#include "core/limits.h"

namespace rekindle::cli {
namespace {

struct Options {
  std::string to = "http://127.0.0.1:8080";
  bool json = false;
  std::string from;  // a YAML file with definitions
  AudienceDefinition definition;
  std::vector<std::string> compare;
  uint32_t sample = 10;
  std::string visitor;
  std::string site;
  std::string format = "ndjson";
  std::string output;  // empty: standard output
  bool no_wait = false;
};
using Shared = std::shared_ptr<Options>;

int fail(const Error& error) {
  fmt::print(stderr, "rekindle audience: {}\n",
             error.detail.empty() ? std::string(describe(error.code)) : error.detail);
  return exit_code_of(error.code);
}

// Asks, and prints the answer as it is or for people.
int ask(const Options& options, const std::function<Result<std::string>(ServerClient&)>& question,
        Result<std::string> (*text_of)(const std::string&)) {
  auto client = ServerClient::open(options.to);
  if (!client) return fail(client.error());
  const auto answer = question(**client);
  if (!answer) return fail(answer.error());
  const auto text = options.json ? answer : text_of(*answer);
  if (!text) return fail(text.error());
  fmt::print("{}", *text);
  return kExitOk;
}

// The definition of that name in a file of audiences.
Result<void> read_definition(const std::string& path, AudienceDefinition& definition) {
  Faults faults;
  const auto file = load_yaml(path, faults);
  if (file != nullptr) {
    YamlSection top(file, file->root, "", faults);
    YamlSection section = top.section("audiences").section(definition.name.c_str());
    section.read("when", definition.when);
    section.read("title", definition.title);
    section.read("purpose", definition.purpose);
    section.finish();
  }
  if (!faults.empty()) return Error{ErrorCode::kInvalidConfiguration, to_string(faults.front())};
  if (!definition.when.empty()) return {};
  return Error{ErrorCode::kInvalidConfiguration,
               path + " has no audience '" + definition.name + "' with a 'when'"};
}

Result<void> complete(Options& options) {
  if (!options.from.empty()) return read_definition(options.from, options.definition);
  if (!options.definition.when.empty()) return {};
  return Error{ErrorCode::kInvalidArgument, "give an expression, or --from FILE"};
}

int run_preview(Options& options) {
  if (auto complete_now = complete(options); !complete_now) return fail(complete_now.error());
  return ask(
      options,
      [&](ServerClient& client) {
        return client.preview(options.definition, options.compare, options.compare.empty(),
                              options.sample);
      },
      preview_text);
}

// Until nothing is to come for it any more; `gone`: until it is no more.
Result<void> wait(ServerClient& client, const std::string& name, bool gone) {
  constexpr auto kLookAgain = std::chrono::milliseconds(200);
  while (true) {
    const auto shown = client.show(name);
    if (!shown && gone && shown.error().code == ErrorCode::kNotFound) return {};
    if (!shown && shown.error().code != ErrorCode::kOverloaded) return shown.error();
    if (shown) {
      const auto progress = progress_of(*shown);
      if (!progress) return progress.error();
      if (progress->is_settled && !gone) return {};
      if (progress->to_evaluate > 0) {
        fmt::print(stderr, "{} of {} visitors evaluated\n", progress->evaluated,
                   progress->to_evaluate);
      }
    }
    std::this_thread::sleep_for(kLookAgain);
  }
}

int run_change(Options& options, bool removes) {
  const std::string& name = options.definition.name;
  if (!removes) {
    if (auto complete_now = complete(options); !complete_now) return fail(complete_now.error());
  }
  auto client = ServerClient::open(options.to);
  if (!client) return fail(client.error());
  auto answer = removes ? (*client)->remove(name) : (*client)->put(options.definition);
  if (!answer) return fail(answer.error());
  if (!options.no_wait) {
    if (auto waited = wait(**client, name, removes); !waited) return fail(waited.error());
    if (!removes) answer = (*client)->show(name);
    if (!answer) return fail(answer.error());
  }
  if (removes) {
    fmt::print("{} {}\n", name, options.no_wait ? "is being removed" : "is removed");
    return kExitOk;
  }
  const auto text = options.json ? answer : audience_text(*answer);
  if (!text) return fail(text.error());
  fmt::print("{}", *text);
  return kExitOk;
}

int run_export(const Options& options) {
  auto client = ServerClient::open(options.to);
  if (!client) return fail(client.error());
  std::FILE* const file = options.output.empty() ? stdout : std::fopen(options.output.c_str(), "w");
  if (file == nullptr) {
    return fail({ErrorCode::kInvalidArgument, options.output + " cannot be written"});
  }
  const auto members = (*client)->export_members(
      options.definition.name, options.format, [&](std::string_view rows) -> Result<void> {
        if (std::fwrite(rows.data(), 1, rows.size(), file) == rows.size()) return {};
        return Error{ErrorCode::kDiskFull, "the output cannot be written"};
      });
  const bool flushed = (file == stdout ? std::fflush(file) : std::fclose(file)) == 0;
  if (!members) return fail(members.error());
  if (!flushed) return fail({ErrorCode::kDiskFull, "the output cannot be written"});
  fmt::print(stderr, "{} members\n", *members);
  return kExitOk;
}

Command add(Command& parent, const Shared& options, const char* name, const char* about) {
  Command command = parent.add(name, about);
  command.option("--to", options->to, "Server").shows_default();
  return command;
}

void add_looking(Command& audience, const Shared& options) {
  Command ls = add(audience, options, "ls", "All audiences and their sizes");
  ls.flag("--json", options->json, "The server's answer as it is");
  ls.footer("Example:\n  rekindle audience ls");
  ls.runs([options] {
    return ask(
        *options, [](ServerClient& client) { return client.list(); }, audiences_text);
  });
  Command show = add(audience, options, "show", "One audience: definition, size, what is to come");
  show.option("name", options->definition.name, "Audience").required();
  show.flag("--json", options->json, "The server's answer as it is");
  show.footer("Example:\n  rekindle audience show cart_abandoners");
  show.runs([options] {
    return ask(
        *options, [&](ServerClient& client) { return client.show(options->definition.name); },
        audience_text);
  });
  Command explain = add(audience, options, "explain", "Why a visitor is in an audience, or not");
  explain.option("name", options->definition.name, "Audience").required();
  explain.option("visitor", options->visitor, "Visitor, as events name them").required();
  explain.option("--site", options->site, "Site, if the server has several");
  explain.flag("--json", options->json, "The server's answer as it is");
  explain.footer("Example:\n  rekindle audience explain cart_abandoners v-1017");
  explain.runs([options] {
    return ask(
        *options,
        [&](ServerClient& client) {
          return client.explain(options->definition.name, options->visitor, options->site);
        },
        explanation_text);
  });
}

void add_export(Command& audience, const Shared& options) {
  Command command = add(audience, options, "export", "All members of an audience");
  command.option("name", options->definition.name, "Audience").required();
  command.option("--format", options->format, "ndjson or csv").one_of({"ndjson", "csv"});
  command.option("--output", options->output, "File; standard output when left out");
  command.footer("Example:\n  rekindle audience export lost --format csv --output lost.csv");
  command.runs([options] { return run_export(*options); });
}

void add_definition_options(Command& command, const Shared& options) {
  command.option("--title", options->definition.title, "Its title");
  command.option("--purpose", options->definition.purpose, "What it is for");
  command.option("--from", options->from, "A YAML file whose 'audiences' define that name");
  command.flag("--json", options->json, "The server's answer as it is");
}

void add_preview(Command& audience, const Shared& options) {
  Command command = add(audience, options, "preview", "What an expression would hold, now");
  command.option("when", options->definition.when, "Expression; or --from and --name");
  command.option("--name", options->definition.name,
                 "The audience it would be or replace: shows who would enter and leave");
  command.option("--compare", options->compare, "Show the overlap with these, not with all");
  command.option("--sample", options->sample, "Members to show")
      .between(0, static_cast<int64_t>(limits::kPreviewSampleMax))
      .shows_default();
  add_definition_options(command, options);
  command.footer(
      "Examples:\n"
      "  rekindle audience preview 'count(view_item, 7d) >= 3 and not did(purchase, 30d)'\n"
      "  rekindle audience preview 'since(purchase) > 90d' --name lost --compare heroes vip\n"
      "  rekindle audience preview --from configs/audiences/recency.yaml --name lost");
  command.runs([options] { return run_preview(*options); });
}

void add_changing(Command& audience, const Shared& options) {
  Command put = add(audience, options, "put", "Define an audience, or define it anew");
  put.option("name", options->definition.name, "Audience").required();
  put.option("when", options->definition.when, "Expression; or --from");
  add_definition_options(put, options);
  put.flag("--no-wait", options->no_wait, "Return once accepted, not once in force");
  put.footer(
      "Every visitor is evaluated beside live traffic; then the new definition comes into force\n"
      "and the change feed gets the difference.\n\n"
      "Examples:\n"
      "  rekindle audience put lookers 'count(view_item, 7d) >= 3' --title 'Looks around'\n"
      "  rekindle audience put lost --from configs/audiences/recency.yaml");
  put.runs([options] { return run_change(*options, false); });
  Command rm = add(audience, options, "rm", "Remove an audience; everybody leaves it");
  rm.option("name", options->definition.name, "Audience").required();
  rm.flag("--no-wait", options->no_wait, "Return once accepted, not once removed");
  rm.footer("Example:\n  rekindle audience rm lookers");
  rm.runs([options] { return run_change(*options, true); });
}

}  // namespace

void add_audience_command(CommandLine& line) {
  const auto options = std::make_shared<Options>();
  Command audience = line.add("audience", "Look at and change the audiences of a running server");
  audience.footer(
      "Each of them has its own --help.\n"
      "Exit status: 0 done, 1 no answer or a failure, 2 refused: unknown name, faulty expression.");
  add_looking(audience, options);
  add_preview(audience, options);
  add_changing(audience, options);
  add_export(audience, options);
}

}  // namespace rekindle::cli
