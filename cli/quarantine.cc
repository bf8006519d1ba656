#include "cli/quarantine.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <cstdio>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>

#include "cli/audience/server_client.h"
#include "cli/command_line.h"
#include "cli/exit_code.h"

namespace rekindle::cli {
namespace {

struct Options {
  std::string to = "http://127.0.0.1:8080";
  uint64_t id = 0;
  uint64_t after = 0;
  uint64_t limit = 100;
  std::string reason;  // only these; empty: all
  std::string source;  // the same
  std::string file;    // of a repaired event; "-": standard input
  bool all = false;
};
using Shared = std::shared_ptr<Options>;

int fail(const Error& error) {
  fmt::print(stderr, "rekindle quarantine: {}\n",
             error.detail.empty() ? std::string(describe(error.code)) : error.detail);
  return exit_code_of(error.code);
}

struct Entry {
  uint64_t id = 0;
  std::string received_at;
  std::string reason;
  std::string source;
  std::string detail;
  std::string raw;
};

std::string text_in(simdjson::dom::element object, const char* name) {
  std::string_view text;
  return object[name].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

// Calls `look` with every entry after `after`, oldest first, until it returns false.
Result<void> walk(ServerClient& client, uint64_t after,
                  const std::function<bool(const Entry&)>& look) {
  simdjson::dom::parser parser;
  while (true) {
    const auto body = client.quarantine(after);
    if (!body) return body.error();
    simdjson::dom::element answer;
    simdjson::dom::array entries;
    if (parser.parse(*body).get(answer) != simdjson::SUCCESS ||
        answer["entries"].get(entries) != simdjson::SUCCESS) {
      return Error{ErrorCode::kMalformedRequest, "the server's answer cannot be read"};
    }
    for (const simdjson::dom::element element : entries) {
      Entry entry{0,
                  text_in(element, "received_at"),
                  text_in(element, "reason"),
                  text_in(element, "source"),
                  text_in(element, "detail"),
                  text_in(element, "raw")};
      if (element["id"].get(entry.id) != simdjson::SUCCESS) continue;
      if (!look(entry)) return {};
    }
    if (answer["after"].get(after) != simdjson::SUCCESS) return {};  // that was the last page
  }
}

bool is_wanted(const Options& options, const Entry& entry) {
  const std::string& source = options.source;
  const bool from_there = source.empty() || entry.source == source ||
                          entry.source.starts_with(source + "/");  // a tracker's, of any key
  return from_there && (options.reason.empty() || entry.reason == options.reason);
}

using Work = std::function<Result<void>(ServerClient&)>;

int run(const Options& options, const Work& work) {
  auto client = ServerClient::open(options.to);
  if (!client) return fail(client.error());
  const auto done = work(**client);
  return done ? kExitOk : fail(done.error());
}

Result<void> list(const Options& options, ServerClient& client) {
  uint64_t shown = 0;
  return walk(client, options.after, [&](const Entry& entry) {
    if (!is_wanted(options, entry)) return true;
    fmt::print("{:>10}  {}  {:<20}  {:<16}  {}\n", entry.id, entry.received_at, entry.reason,
               entry.source, entry.detail);
    return ++shown < options.limit;
  });
}

// How many there are of each reason and source.
Result<void> count(const Options& options, ServerClient& client) {
  std::map<std::pair<std::string, std::string>, uint64_t> counts;
  auto walked = walk(client, options.after, [&](const Entry& entry) {
    if (is_wanted(options, entry)) ++counts[{entry.reason, entry.source}];
    return true;
  });
  if (!walked) return walked;
  for (const auto& [kind, n] : counts) {
    fmt::print("{:>10}  {:<20}  {}\n", n, kind.first, kind.second);
  }
  return {};
}

Result<void> show(const Options& options, ServerClient& client) {
  bool found = false;
  auto walked = walk(client, options.id == 0 ? 0 : options.id - 1, [&](const Entry& entry) {
    found = entry.id == options.id;
    if (found) {
      fmt::print("id:       {}\nreceived: {}\nreason:   {}\nsource:   {}\n", entry.id,
                 entry.received_at, entry.reason, entry.source);
      if (!entry.detail.empty()) fmt::print("detail:   {}\n", entry.detail);
      fmt::print("\n{}\n", entry.raw);
    }
    return false;
  });
  if (walked && !found) return Error{ErrorCode::kNotFound, "no quarantine entry of that id"};
  return walked;
}

Result<void> fix(const Options& options, ServerClient& client) {
  std::ifstream file;
  if (options.file != "-") {
    file.open(options.file, std::ios::binary);
    if (!file) return Error{ErrorCode::kInvalidArgument, "cannot read " + options.file};
  }
  std::istream& in = options.file == "-" ? std::cin : file;
  const std::string body{std::istreambuf_iterator<char>(in), {}};
  if (body.empty()) return Error{ErrorCode::kInvalidArgument, "there is no event in it"};
  const auto replayed = client.replay_quarantined(options.id, body);
  if (!replayed) return replayed.error();
  fmt::print("{}", *replayed);
  return {};
}

// One, or all that are wanted; those refused again stay, and are told.
Result<void> replay(const Options& options, ServerClient& client) {
  if (!options.all) {
    const auto replayed = client.replay_quarantined(options.id, {});
    if (!replayed) return replayed.error();
    fmt::print("{}", *replayed);
    return {};
  }
  std::vector<uint64_t> ids;
  auto walked = walk(client, options.after, [&](const Entry& entry) {
    if (is_wanted(options, entry)) ids.push_back(entry.id);
    return true;
  });
  if (!walked) return walked;
  size_t taken = 0;
  for (const uint64_t id : ids) {
    const auto replayed = client.replay_quarantined(id, {});
    if (replayed) {
      ++taken;
    } else if (replayed.error().code == ErrorCode::kInvalidArgument) {
      fmt::print(stderr, "{}: {}\n", id, replayed.error().detail);
    } else if (replayed.error().code != ErrorCode::kNotFound) {  // else somebody was quicker
      return replayed.error();
    }
  }
  fmt::print("{} of {} replayed\n", taken, ids.size());
  return {};
}

Command add(Command& quarantine, const Shared& options, const char* name, const char* about) {
  Command command = quarantine.add(name, about);
  command.option("--to", options->to, "The server; its key in REKINDLE_KEY").shows_default();
  return command;
}

void add_filters(Command& command, const Shared& options) {
  command.option("--after", options->after, "Only entries with larger ids");
  command.option("--reason", options->reason, "Only of this reason, like unknown_event_type");
  command.option("--source", options->source, "Only from here: json, pixel, segment, …");
}

void add_looking(Command& quarantine, const Shared& options) {
  Command ls = add(quarantine, options, "ls", "What was refused, oldest first");
  add_filters(ls, options);
  ls.option("--limit", options->limit, "Entries at most").shows_default();
  ls.footer("Example:\n  rekindle quarantine ls --reason unknown_event_type");
  ls.runs(
      [options] { return run(*options, [&](auto& client) { return list(*options, client); }); });
  Command counts =
      add(quarantine, options, "count", "How many there are of each reason and source");
  add_filters(counts, options);
  counts.runs(
      [options] { return run(*options, [&](auto& client) { return count(*options, client); }); });
  Command one = add(quarantine, options, "show", "One entry with the bytes as they came");
  one.option("id", options->id, "Of the entry").required();
  one.runs(
      [options] { return run(*options, [&](auto& client) { return show(*options, client); }); });
}

}  // namespace

void add_quarantine_command(CommandLine& line) {
  const auto options = std::make_shared<Options>();
  Command quarantine =
      line.add("quarantine", "Events a running server refused: look at them, repair, replay");
  quarantine.footer("Exit status: 0 done, 1 no answer or a failure, 2 refused again or unknown.");
  add_looking(quarantine, options);
  Command repair = add(quarantine, options, "fix", "Replay an entry with these bytes instead");
  repair.option("id", options->id, "Of the entry").required();
  repair.option("file", options->file, "The whole repaired event; - for standard input").required();
  repair.footer(
      "Example:\n  rekindle quarantine show 17 | tail -n +6 > event; edit event\n"
      "  rekindle quarantine fix 17 event");
  repair.runs(
      [options] { return run(*options, [&](auto& client) { return fix(*options, client); }); });
  Command again = add(quarantine, options, "replay", "Try again, after what was missing is there");
  const Option id = again.option("id", options->id, "Of the entry");
  const Option all = again.flag("--all", options->all, "All, or those of --reason and --source");
  add_filters(again, options);
  again.footer("Example:\n  rekindle quarantine replay --all --reason unknown_site");
  again.runs([options, id, all] {
    if (id.is_given() != all.is_given()) {
      return run(*options, [&](auto& client) { return replay(*options, client); });
    }
    fmt::print(stderr, "replay needs an id or --all\n");
    return kExitUsage;
  });
  Command rm = add(quarantine, options, "rm", "Give an entry up");
  rm.option("id", options->id, "Of the entry").required();
  rm.runs([options] {
    return run(*options, [&](auto& client) -> Result<void> {
      const auto gone = client.remove_quarantined(options->id);
      return gone ? Result<void>() : Result<void>(gone.error());
    });
  });
}

}  // namespace rekindle::cli
