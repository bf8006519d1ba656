#include "cli/audience/text.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>

namespace rekindle::cli {
namespace {

namespace dom = simdjson::dom;

Result<dom::element> parse(dom::parser& parser, const std::string& json) {
  dom::element root;
  if (parser.parse(json).get(root) != simdjson::SUCCESS) {
    return Error{ErrorCode::kMalformedJson, "the server's answer is no JSON"};
  }
  return root;
}

std::string text(const dom::element& object, std::string_view name) {
  std::string_view value;
  return object[name].get(value) == simdjson::SUCCESS ? std::string(value) : std::string();
}
uint64_t number(const dom::element& object, std::string_view name) {
  uint64_t value = 0;
  return object[name].get(value) == simdjson::SUCCESS ? value : 0;
}
bool flag(const dom::element& object, std::string_view name) {
  bool value = false;
  return object[name].get(value) == simdjson::SUCCESS && value;
}
dom::array array(const dom::element& object, std::string_view name) {
  dom::array value;
  return object[name].get(value) == simdjson::SUCCESS ? value : dom::array();
}
bool has(const dom::element& object, std::string_view name) {
  return object[name].error() == simdjson::SUCCESS;
}

void line(std::string& out, std::string_view name, std::string_view value) {
  if (!value.empty()) out += fmt::format("{:<12} {}\n", name, value);
}

std::string next_text(const dom::element& audience) {
  const dom::element next = audience["next"];
  const std::string what = flag(next, "removes")
                               ? std::string("its removal")
                               : fmt::format("version {}", number(next, "version"));
  if (text(next, "status") == "waiting") return "a change waits for another";
  return fmt::format("{}: {} of {} visitors evaluated", what, number(next, "evaluated"),
                     number(next, "to_evaluate"));
}

}  // namespace

Result<std::string> audiences_text(const std::string& json) {
  dom::parser parser;
  const auto root = parse(parser, json);
  if (!root) return root.error();
  size_t widest = 4;
  for (const dom::element audience : array(*root, "audiences")) {
    widest = std::max(widest, text(audience, "name").size());
  }
  std::string out =
      fmt::format("{:<{}} {:>12} {:>7}  {}\n", "NAME", widest, "SIZE", "VERSION", "TITLE");
  for (const dom::element audience : array(*root, "audiences")) {
    out +=
        fmt::format("{:<{}} {:>12} {:>7}  {}", text(audience, "name"), widest,
                    number(audience, "size"), number(audience, "version"), text(audience, "title"));
    if (has(audience, "next")) out += " [" + next_text(audience) + "]";
    out += "\n";
  }
  return out;
}

Result<std::string> audience_text(const std::string& json) {
  dom::parser parser;
  const auto root = parse(parser, json);
  if (!root) return root.error();
  std::string out;
  line(out, "name", text(*root, "name"));
  line(out, "title", text(*root, "title"));
  line(out, "purpose", text(*root, "purpose"));
  line(out, "when", text(*root, "when"));
  if (has(*root, "version")) {
    line(out, "version", fmt::format("{}", number(*root, "version")));
    line(out, "size", fmt::format("{}", number(*root, "size")));
  }
  line(out, "defined by", text(*root, "origin"));
  line(out, "status", text(*root, "status") == "in_force" ? "in force" : "not in force yet");
  if (has(*root, "next")) {
    line(out, "next", next_text(*root));
    const dom::element next = (*root)["next"];
    line(out, "next when", text(next, "when"));
  }
  line(out, "as of", text(*root, "as_of"));
  return out;
}

Result<std::string> preview_text(const std::string& json) {
  dom::parser parser;
  const auto root = parse(parser, json);
  if (!root) return root.error();
  std::string out =
      fmt::format("{} of {} visitors{}\n", number(*root, "size"), number(*root, "visitors"),
                  flag(*root, "exact") ? "" : " (some answers are estimates)");
  line(out, "as of", text(*root, "as_of"));
  if (has(*root, "change")) {
    const dom::element change = (*root)["change"];
    out +=
        fmt::format("put in force as {}: {} enter, {} leave, {} stay\n", text(change, "audience"),
                    number(change, "enter"), number(change, "leave"), number(change, "stay"));
  }
  if (has(*root, "reachable")) {
    const dom::element reachable = (*root)["reachable"];
    const dom::element identifiers = reachable["identifiers"];
    out += fmt::format("with email {}, phone {}, mobile id {}; for ad platforms {}\n",
                       number(identifiers, "email"), number(identifiers, "phone"),
                       number(identifiers, "mobile_id"), number(reachable, "ad_platforms"));
  }
  std::string sample;
  for (const dom::element member : array(*root, "sample"))
    sample += "  " + text(member, "visitor") + "\n";
  if (!sample.empty()) out += "for example\n" + sample;
  std::string overlap;
  for (const dom::element other : array(*root, "overlap")) {
    if (number(other, "both") == 0) continue;
    overlap += fmt::format("  {:>10} of {:>10}  {}\n", number(other, "both"), number(other, "size"),
                           text(other, "audience"));
  }
  if (!overlap.empty()) out += "shared with\n" + overlap;
  return out;
}

Result<std::string> explanation_text(const std::string& json) {
  dom::parser parser;
  const auto root = parse(parser, json);
  if (!root) return root.error();
  const bool inside = flag(*root, "inside");
  std::string out =
      fmt::format("{} is {} {} (version {}){}\n", text(*root, "visitor"), inside ? "in" : "not in",
                  text(*root, "audience"), number(*root, "version"),
                  flag(*root, "exact") ? "" : ", by an estimate");
  line(out, "since", text(*root, "since"));
  const std::string flips = text(*root, inside ? "leaves_at" : "enters_at");
  line(out, inside ? "leaves at" : "enters at",
       flips.empty() ? "not if nothing happens" : flips + " if nothing happens");
  for (const dom::element condition : array(*root, "conditions")) {
    out +=
        fmt::format("  {} {}\n", flag(condition, "holds") ? "yes" : "no ", text(condition, "text"));
    for (const dom::element term : array(condition, "terms")) {
      out += fmt::format("        {} = {}{}\n", text(term, "text"), text(term, "value"),
                         flag(term, "exact") ? "" : " (estimate)");
    }
  }
  return out;
}

Result<AudienceProgress> progress_of(const std::string& json) {
  dom::parser parser;
  const auto root = parse(parser, json);
  if (!root) return root.error();
  AudienceProgress progress;
  progress.is_settled = !has(*root, "next");
  progress.version = number(*root, "version");
  if (progress.is_settled) return progress;
  const dom::element next = (*root)["next"];
  progress.evaluated = number(next, "evaluated");
  progress.to_evaluate = number(next, "to_evaluate");
  return progress;
}

}  // namespace rekindle::cli
