#include "io/change_json.h"

#include "io/json_text.h"

namespace rekindle::io {

namespace {

std::string_view word_of(const Change& change) {
  if (change.reason == ChangeReason::kConsent) {
    return change.entered ? "consent_granted" : "consent_refused";
  }
  return change.entered ? "entered" : "left";
}

}  // namespace

std::string_view ChangeJson::audience_name(AudienceId id) {
  const size_t index = to_index(id);
  if (index >= x_names.size() || x_names[index].empty()) {
    const auto learn = [this](AudienceId known, const std::string& name) {
      if (to_index(known) >= x_names.size()) x_names.resize(to_index(known) + 1u);
      x_names[to_index(known)] = name;
    };
    const Rules rules = x_engine.rules();
    for (const RetiredAudience& audience : rules.retired) learn(audience.id, audience.name);
    for (const AudienceRule& rule : rules.audiences) learn(rule.id, rule.name);
    for (const PendingRule& pending : rules.pending) learn(pending.rule.id, pending.rule.name);
    // Thousands were removed after this one: its id is all that is left of it.
    if (index >= x_names.size()) x_names.resize(index + 1);
    if (x_names[index].empty()) x_names[index] = "#" + std::to_string(index);
  }
  return x_names[index];
}

void ChangeJson::append(PartitionId partition, const Change& change, std::string& out) {
  const Site* site = x_engine.sites().find(change.site);
  JsonObject object(out);
  object.number("partition", static_cast<uint64_t>(to_index(partition)));
  object.number("seq", change.seq);
  object.text("audience", audience_name(change.audience));
  object.number("version", static_cast<uint64_t>(change.definition_version));
  if (is_blank(change)) {
    object.key("visitor").append("null");
  } else {
    object.text("visitor", change.visitor_name);
  }
  if (site != nullptr) object.text("site", site->name);
  object.text("change", word_of(change));
  object.text("reason", name_of(change.reason));
  if (change.cause != EventType::kNone) object.text("cause", name_of(change.cause));
  object.time("at", change.at.ms);
  object.close();
}

namespace {

// One that is about to come into force can be followed already.
std::optional<AudienceId> id_of(const std::string& name, const Rules& rules) {
  if (const AudienceRule* const rule = rules.find(name)) return rule->id;
  for (const PendingRule& pending : rules.pending) {
    if (pending.rule.name == name) return pending.rule.id;
  }
  return std::nullopt;
}

}  // namespace

Result<AudienceFilter> AudienceFilter::make(const std::vector<std::string>& names,
                                            const Rules& rules) {
  AudienceFilter filter;
  filter.x_all = false;
  for (const std::string& name : names) {
    if (name == "*") {
      filter.x_all = true;
      continue;
    }
    const std::optional<AudienceId> id = id_of(name, rules);
    if (!id) return Error{ErrorCode::kNotFound, "no audience named " + name};
    if (to_index(*id) >= filter.x_wanted.size()) filter.x_wanted.resize(to_index(*id) + 1u);
    filter.x_wanted[to_index(*id)] = true;
  }
  return filter;
}

}  // namespace rekindle::io
