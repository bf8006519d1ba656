#include "io/reports/flow_report.h"

#include <fmt/format.h>

#include <map>

#include "io/json_text.h"

namespace rekindle::io {
namespace {

using Sizes = std::map<AudienceId, int64_t>;

// Sizes at the end of a day: all that entered until then less all that left.
void count_day(const Ledger::Day& day, Sizes& sizes) {
  for (const auto& [id, traffic] : day.audiences) {
    sizes[id] += static_cast<int64_t>(traffic.entered) - static_cast<int64_t>(traffic.left);
  }
}

// Calls fn(day number, day) for a site's days that had changes, from the oldest to the last wanted.
template <typename Fn>
void for_days(const Ledger& ledger, const ReportRequest& request, Fn&& fn) {
  const SiteId site = request.site->id;
  for (auto at = ledger.days().lower_bound({site, INT32_MIN}); at != ledger.days().end(); ++at) {
    if (at->first.first != site || at->first.second > request.last_day) return;
    fn(at->first.second, at->second);
  }
}

void append_text_or_null(JsonObject& object, std::string_view key, const std::string& name,
                         std::string& out) {
  if (!name.empty()) return object.text(key, name);
  object.key(key);
  out.append("null");
}

// Whoever is in none of the group's audiences is nowhere: "" here, null in JSON.
struct NamedMoves {
  std::map<std::pair<std::string, std::string>, uint64_t> moves;
  Sizes before;
  Sizes after;
};

NamedMoves moves_of(const Ledger& ledger, const Rules& rules, const ReportRequest& request,
                    const std::string& group) {
  NamedMoves named;
  // An end outside of the group is kNoAudience; a move both of whose ends are unknown was between
  // audiences that are no more.
  const auto name = [&](AudienceId id) {
    const AudienceRule* rule = rules.find(id);
    return rule != nullptr && group_of(rule->name) == group ? rule->name : std::string();
  };
  for_days(ledger, request, [&](int32_t number, const Ledger::Day& day) {
    if (number < request.first_day) count_day(day, named.before);
    count_day(day, named.after);
    if (number < request.first_day) return;
    for (const auto& [ends, count] : day.moves) {
      const std::string from = name(ends.first);
      const std::string to = name(ends.second);
      if (!from.empty() || !to.empty()) named.moves[{from, to}] += count;
    }
  });
  return named;
}

void append_period(JsonObject& object, const ReportRequest& request) {
  object.text("site", request.site->name);
  object.text("from", day_text(request.first_day));
  object.text("to", day_text(request.last_day));
}

}  // namespace

std::string flow_report(const Ledger& ledger, const Rules& rules, const ReportRequest& request,
                        const std::string& group) {
  NamedMoves named = moves_of(ledger, rules, request, group);
  std::string out;
  if (request.csv) {
    out = "from,to,moves\n";
    for (const auto& [ends, count] : named.moves) {
      out += fmt::format("{},{},{}\n", ends.first, ends.second, count);
    }
    return out;
  }
  JsonObject object(out);
  append_period(object, request);
  object.text("group", group);
  object.key("audiences").push_back('[');
  JsonList audiences(out);
  for (const AudienceRule& rule : rules.audiences) {
    if (group_of(rule.name) != group) continue;
    audiences.next();
    JsonObject audience(out);
    audience.text("name", rule.name);
    audience.number("before", named.before[rule.id]);
    audience.number("after", named.after[rule.id]);
    audience.close();
  }
  out.push_back(']');
  object.key("moves").push_back('[');
  JsonList moves(out);
  for (const auto& [ends, count] : named.moves) {
    moves.next();
    JsonObject move(out);
    append_text_or_null(move, "from", ends.first, out);
    append_text_or_null(move, "to", ends.second, out);
    move.number("moves", count);
    move.close();
  }
  out.push_back(']');
  object.close();
  out.push_back('\n');
  return out;
}

std::string size_report(const Ledger& ledger, const std::vector<AudienceRule>& wanted,
                        const ReportRequest& request) {
  Sizes sizes;
  std::map<int32_t, const Ledger::Day*> days;
  for_days(ledger, request, [&](int32_t number, const Ledger::Day& day) {
    if (number < request.first_day) {
      count_day(day, sizes);
    } else {
      days[number] = &day;
    }
  });
  static const Ledger::Day kQuiet;
  std::string out = request.csv ? "day,audience,size,entered,left\n" : "";
  JsonList list(out);
  if (!request.csv) {
    JsonObject object(out);
    append_period(object, request);
    object.key("days").push_back('[');
  }
  for (int32_t number = request.first_day; number <= request.last_day; ++number) {
    const auto found = days.find(number);
    const Ledger::Day& day = found == days.end() ? kQuiet : *found->second;
    count_day(day, sizes);
    const std::string text = day_text(number);
    for (const AudienceRule& rule : wanted) {
      const auto traffic = day.audiences.find(rule.id);
      const Ledger::Traffic moved =
          traffic == day.audiences.end() ? Ledger::Traffic{} : traffic->second;
      if (request.csv) {
        out += fmt::format("{},{},{},{},{}\n", text, rule.name, sizes[rule.id], moved.entered,
                           moved.left);
        continue;
      }
      list.next();
      JsonObject line(out);
      line.text("day", text);
      line.text("audience", rule.name);
      line.number("size", sizes[rule.id]);
      line.number("entered", moved.entered);
      line.number("left", moved.left);
      line.close();
    }
  }
  if (!request.csv) out += "]}\n";
  return out;
}

}  // namespace rekindle::io
