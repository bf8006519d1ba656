#include "io/person_json.h"

#include "core/event_type.h"
#include "io/json_text.h"

namespace rekindle::io {
namespace {

std::string_view name_in(const Person& person, const IdKey& visitor) {
  for (const PersonId& id : person.ids) {
    if (id.key == visitor) return id.name;
  }
  return {};
}

}  // namespace

void append_ids(std::string& out, const Person& person) {
  out.push_back('[');
  JsonList list(out);
  for (const PersonId& id : person.ids) {
    list.next();
    JsonObject object(out);
    object.text("type", name_of(id.key.type));
    object.time("since", id.since.ms);
    if (id.key.type == IdType::kVisitor) {
      object.text("visitor", id.name);
    } else {
      std::string& names = object.key("visitors");
      names.push_back('[');
      JsonList commas(names);
      for (const PersonLink& link : person.links) {
        if (link.id != id.key) continue;
        commas.next();
        append_json_string(names, name_in(person, link.visitor));
      }
      names.push_back(']');
    }
    object.close();
  }
  out.push_back(']');
}

void append_links(std::string& out, const Person& person) {
  out.push_back('[');
  JsonList list(out);
  for (const PersonLink& link : person.links) {
    list.next();
    JsonObject object(out);
    object.number("decision", link.decision);
    object.text("visitor", name_in(person, link.visitor));
    object.text("type", name_of(link.id.type));
    if (link.id.type == IdType::kVisitor) object.text("to", name_in(person, link.id));
    object.text("cause", name_of(link.cause));
    object.time("at", link.at.ms);
    object.close();
  }
  out.push_back(']');
}

void append_decision(std::string& out, const IdentityDecision& decision, const Sites& sites) {
  JsonObject object(out);
  object.number("decision", decision.number);
  object.text("kind", name_of(decision.kind));
  object.text("reason", name_of(decision.reason));
  object.time("at", decision.at.ms);
  if (const Site* const site = sites.find(decision.site)) object.text("site", site->name);
  if (is_blank(decision)) {
    object.boolean("erased", true);
  } else {
    object.text("visitor", decision.visitor_name);
    object.text("cause", name_of(decision.cause));
  }
  object.text("type", name_of(decision.id.type));
  if (decision.person != 0) object.text("person", std::to_string(decision.person));
  if (decision.other != 0) object.text("other", std::to_string(decision.other));
  object.close();
}

}  // namespace rekindle::io
