#include "cli/command_line.h"

#include <CLI/CLI.hpp>
#include <utility>

#include "cli/exit_code.h"

namespace rekindle::cli {
namespace {

template <typename T>
Option add_option(CLI::App& app, const char* name, T& value, const char* help) {
  return Option(*app.add_option(name, value, help));
}

}  // namespace

Option Option::required() {
  x_option->required();
  return *this;
}
Option Option::shows_default() {
  x_option->capture_default_str();
  return *this;
}
Option Option::between(int64_t least, int64_t most) {
  x_option->check(CLI::Range(least, most));
  return *this;
}
Option Option::between_reals(double least, double most) {
  x_option->check(CLI::Range(least, most));
  return *this;
}
Option Option::one_of(std::vector<std::string> names) {
  x_option->transform(CLI::IsMember(std::move(names), CLI::ignore_case));
  return *this;
}
Option Option::existing_directory() {
  x_option->check(CLI::ExistingDirectory);
  return *this;
}
Option Option::excludes(Option other) {
  x_option->excludes(other.x_option);
  return *this;
}
Option Option::needs(Option other) {
  x_option->needs(other.x_option);
  return *this;
}
bool Option::is_given() const {
  return x_option->count() > 0;
}

Option Command::option(const char* name, std::string& value, const char* help) {
  return add_option(*x_app, name, value, help);
}
Option Command::option(const char* name, std::vector<std::string>& value, const char* help) {
  return add_option(*x_app, name, value, help);
}
Option Command::option(const char* name, int& value, const char* help) {
  return add_option(*x_app, name, value, help);
}
Option Command::option(const char* name, uint32_t& value, const char* help) {
  return add_option(*x_app, name, value, help);
}
Option Command::option(const char* name, uint64_t& value, const char* help) {
  return add_option(*x_app, name, value, help);
}
Option Command::option(const char* name, double& value, const char* help) {
  return add_option(*x_app, name, value, help);
}
Option Command::flag(const char* name, bool& value, const char* help) {
  return Option(*x_app->add_flag(name, value, help));
}
void Command::footer(const char* text) {
  x_app->footer(text);
}
Command Command::add(const char* name, const char* about) {
  x_app->require_subcommand(1);
  return Command(*x_app->add_subcommand(name, about), *x_status);
}
void Command::runs(std::function<int()> body) {
  x_app->callback([body = std::move(body), status = x_status] { *status = body(); });
}

CommandLine::CommandLine(const char* about) : x_app(std::make_unique<CLI::App>(about)) {
  x_app->require_subcommand(1);
}
CommandLine::~CommandLine() = default;

void CommandLine::version(const char* text) {
  x_app->set_version_flag("--version", text);
}
void CommandLine::footer(const char* text) {
  x_app->footer(text);
}
Command CommandLine::add(const char* name, const char* about) {
  return Command(*x_app->add_subcommand(name, about), x_status);
}

int CommandLine::run(int argc, const char* const* argv) {
  try {
    x_app->parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return x_app->exit(error) == 0 ? kExitOk : kExitUsage;
  }
  return x_status;
}

}  // namespace rekindle::cli
