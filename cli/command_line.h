// The program's command line: commands, their options, and what is run. The only door to CLI11.
// Used by main and by each command's file; thread: the main one.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace rekindle::cli {

// A handle to one option: each call narrows what is accepted and returns the same handle.
class Option {
 public:
  explicit Option(CLI::Option& option) : x_option(&option) {}

  Option required();
  Option shows_default();
  Option between(int64_t least, int64_t most);
  Option between_reals(double least, double most);
  Option one_of(std::vector<std::string> names);  // in any case; the value is as in `names`
  Option existing_directory();
  Option excludes(Option other);
  Option needs(Option other);

  [[nodiscard]] bool is_given() const;  // once the command runs

 private:
  CLI::Option* x_option;
};

// A handle to one command. What its options write to must live as long as the command line; the
// function given to `runs` owns it.
class Command {
 public:
  Command(CLI::App& app, int& status) : x_app(&app), x_status(&status) {}

  // A name without dashes is a positional argument.
  Option option(const char* name, std::string& value, const char* help);
  Option option(const char* name, std::vector<std::string>& value, const char* help);
  Option option(const char* name, int& value, const char* help);
  Option option(const char* name, uint32_t& value, const char* help);
  Option option(const char* name, uint64_t& value, const char* help);
  Option option(const char* name, double& value, const char* help);
  Option flag(const char* name, bool& value, const char* help);
  void footer(const char* text);
  // A command of this one: `rekindle audience show`. One of them has to be given.
  Command add(const char* name, const char* about);
  // What the command does; returns the exit status.
  void runs(std::function<int()> body);

 private:
  CLI::App* x_app;
  int* x_status;
};

class CommandLine {
 public:
  explicit CommandLine(const char* about);
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  void version(const char* text);
  void footer(const char* text);
  Command add(const char* name, const char* about);

  // Parses, runs the chosen command and returns the exit status. Help goes to standard output;
  // wrong usage is explained on standard error and is kExitUsage.
  [[nodiscard]] int run(int argc, const char* const* argv);

 private:
  std::unique_ptr<CLI::App> x_app;
  int x_status = 0;  // of the command that ran
};

}  // namespace rekindle::cli
