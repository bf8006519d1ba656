#include "io/person_parts.h"

#include <algorithm>
#include <map>

#include "core/limits.h"
#include "core/money.h"
#include "core/visitor_format.h"
#include "io/visitor_json.h"

namespace rekindle::io {
namespace {

void take_timeline(const Timeline& timeline, PersonPart& part) {
  for (const Timeline::List& list : timeline.lists()) {
    const auto entries = list.entries();
    const size_t from = entries.size() - std::min(entries.size(), limits::kPersonEventsMax);
    for (const Timeline::Entry& entry : entries.subspan(from)) {
      part.newest.push_back({entry.at, list.type, entry.value});
    }
  }
  std::stable_sort(part.newest.begin(), part.newest.end(),
                   [](const auto& a, const auto& b) { return a.at > b.at; });
  if (part.newest.size() > limits::kPersonEventsMax) part.newest.resize(limits::kPersonEventsMax);
}

void append_sums(JsonObject& object, const JoinedVisitor& joined, Currency currency) {
  const Visitor& whole = joined.visitor;
  char text[32];
  object.time("first_seen", whole.first_seen.ms);
  object.time("last_seen", whole.last_seen.ms);
  object.number("events", whole.lifetime.events);
  object.number("orders", whole.lifetime.orders);
  object.text("revenue", format_minor(whole.lifetime.revenue(), currency, text));
  object.boolean("exact", joined.exact);
}

void append_audiences(std::string& out, const std::vector<PersonPart>& parts) {
  std::map<std::string, std::vector<std::string>> audiences;
  for (const PersonPart& part : parts) {
    for (const std::string& name : part.audiences) audiences[name].push_back(part.name);
  }
  out.push_back('[');
  JsonList list(out);
  for (const auto& [name, visitors] : audiences) {
    list.next();
    JsonObject object(out);
    object.text("audience", name);
    std::string& names = object.key("visitors");
    names.push_back('[');
    JsonList commas(names);
    for (const std::string& visitor : visitors) {
      commas.next();
      append_json_string(names, visitor);
    }
    names.push_back(']');
    object.close();
  }
  out.push_back(']');
}

void append_consent(std::string& out, const Profile* profile) {
  static const std::vector<Consent> kNothing;
  out.push_back('[');
  JsonList list(out);
  for (const Consent& consent : profile == nullptr ? kNothing : profile->consents) {
    list.next();
    JsonObject object(out);
    object.text("purpose", consent.purpose);
    object.boolean("granted", consent.granted);
    object.time("at", consent.at.ms);
    object.close();
  }
  out.push_back(']');
}

void append_newest(std::string& out, const std::vector<PersonPart>& parts, Currency currency) {
  std::vector<std::pair<PersonPart::Happened, std::string_view>> all;
  for (const PersonPart& part : parts) {
    for (const PersonPart::Happened& happened : part.newest) all.emplace_back(happened, part.name);
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.first.at > b.first.at; });
  if (all.size() > limits::kPersonEventsMax) all.resize(limits::kPersonEventsMax);
  out.push_back('[');
  JsonList list(out);
  char text[32];
  for (const auto& [happened, visitor] : all) {
    list.next();
    JsonObject object(out);
    object.time("at", happened.at.ms);
    object.text("type", name_of(happened.type));
    if (happened.value != kNoMoney) {
      object.text("value", format_minor(happened.value, currency, text));
    }
    object.text("visitor", visitor);
    object.close();
  }
  out.push_back(']');
}

}  // namespace

PersonPart part_of(const Visitor& visitor, const Site& site, const Rules& rules, EventTime now,
                   bool with_history) {
  PersonPart part;
  part.is_there = true;
  part.name = visitor.name;
  append_visitor(part.json, visitor, site, rules, now, with_history);
  part.key = visitor.key;
  encode_visitor(visitor, part.state);
  part.last_seen = visitor.last_seen;
  for (const Membership& membership : visitor.memberships) {
    const AudienceRule* const rule = rules.find(membership.audience);
    if (rule == nullptr || rule->version != membership.definition_version) continue;
    part.audiences.push_back(rule->name);
  }
  take_timeline(visitor.timeline, part);
  return part;
}

Result<JoinedVisitor> joined_of(const std::vector<PersonPart>& parts) {
  std::vector<Visitor> visitors(parts.size());
  std::vector<const Visitor*> all;
  for (size_t i = 0; i < parts.size(); ++i) {
    visitors[i].key = parts[i].key;
    if (auto read = decode_visitor(parts[i].state, visitors[i]); !read) return read.error();
    all.push_back(&visitors[i]);
  }
  return join_visitors(all);
}

void append_together(std::string& out, const std::vector<PersonPart>& parts,
                     const JoinedVisitor& joined, Currency currency) {
  JsonObject object(out);
  append_sums(object, joined, currency);
  append_audiences(object.key("audiences"), parts);
  append_consent(object.key("consent"), joined.visitor.profile.get());
  append_newest(object.key("timeline"), parts, currency);
  object.close();
}

}  // namespace rekindle::io
