#include "io/person_parts.h"

#include <algorithm>
#include <set>

#include "core/limits.h"
#include "core/money.h"
#include "io/visitor_json.h"

namespace rekindle::io {
namespace {

void take_timeline(const Timeline& timeline, PersonPart& part) {
  for (const Timeline::List& list : timeline.lists()) {
    const auto entries = list.entries();
    for (const Timeline::Entry& entry : entries) {
      if (list.type == EventType::kPurchase && entry.has_order) {
        part.purchases.push_back({timeline.order_of(entry), entry.value});
      }
    }
    const size_t from = entries.size() - std::min(entries.size(), limits::kPersonEventsMax);
    for (const Timeline::Entry& entry : entries.subspan(from)) {
      part.newest.push_back({entry.at, list.type, entry.value});
    }
  }
  std::stable_sort(part.newest.begin(), part.newest.end(),
                   [](const auto& a, const auto& b) { return a.at > b.at; });
  if (part.newest.size() > limits::kPersonEventsMax) part.newest.resize(limits::kPersonEventsMax);
}

// What orders count that an earlier part has too.
struct Repeated {
  int64_t orders = 0;
  int64_t value = 0;
  bool exact = true;
};

Repeated repeated_in(const std::vector<PersonPart>& parts) {
  Repeated repeated;
  std::set<NameHash> seen;
  for (const PersonPart& part : parts) {
    for (const NameHash order : part.order_ids) {
      if (seen.insert(order).second) continue;
      ++repeated.orders;
      const auto known =
          std::find_if(part.purchases.begin(), part.purchases.end(),
                       [order](const PersonPart::Order& own) { return own.order == order; });
      if (known == part.purchases.end()) {
        repeated.exact = false;
      } else if (known->value != kNoMoney) {
        repeated.value += known->value;
      }
    }
  }
  return repeated;
}

void append_sums(JsonObject& object, const std::vector<PersonPart>& parts, Currency currency) {
  EventTime first = EventTime::never();
  EventTime last = EventTime::before_all();
  int64_t events = 0;
  int64_t orders = 0;
  int64_t revenue = 0;
  for (const PersonPart& part : parts) {
    first = std::min(first, part.first_seen);
    last = std::max(last, part.last_seen);
    events += part.events;
    orders += part.orders;
    revenue = saturating_add(revenue, part.revenue);
  }
  const Repeated repeated = repeated_in(parts);
  char text[32];
  object.time("first_seen", first.ms);
  object.time("last_seen", last.ms);
  object.number("events", events);
  object.number("orders", orders - repeated.orders);
  object.text("revenue", format_minor(saturating_add(revenue, -repeated.value), currency, text));
  object.boolean("exact", repeated.exact);
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

void append_consent(std::string& out, const std::vector<PersonPart>& parts) {
  std::map<std::string, Consent> purposes;
  for (const PersonPart& part : parts) {
    for (const Consent& consent : part.consents) {
      const auto [known, is_new] = purposes.emplace(consent.purpose, consent);
      if (is_new) continue;
      if (known->second.granted == consent.granted) {
        known->second.at = std::max(known->second.at, consent.at);
      } else if (!consent.granted) {
        known->second = consent;
      }
    }
  }
  out.push_back('[');
  JsonList list(out);
  for (const auto& [purpose, consent] : purposes) {
    list.next();
    JsonObject object(out);
    object.text("purpose", purpose);
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
  part.first_seen = visitor.first_seen;
  part.last_seen = visitor.last_seen;
  part.events = visitor.lifetime.events;
  part.orders = visitor.lifetime.orders;
  part.revenue = visitor.lifetime.revenue();
  part.order_ids.assign(visitor.seen.orders.begin(), visitor.seen.orders.end());
  for (const Membership& membership : visitor.memberships) {
    const AudienceRule* const rule = rules.find(membership.audience);
    if (rule == nullptr || rule->version != membership.definition_version) continue;
    part.audiences.push_back(rule->name);
  }
  if (visitor.profile != nullptr) part.consents = visitor.profile->consents;
  take_timeline(visitor.timeline, part);
  return part;
}

void append_together(std::string& out, const std::vector<PersonPart>& parts, Currency currency) {
  JsonObject object(out);
  append_sums(object, parts, currency);
  append_audiences(object.key("audiences"), parts);
  append_consent(object.key("consent"), parts);
  append_newest(object.key("timeline"), parts, currency);
  object.close();
}

}  // namespace rekindle::io
