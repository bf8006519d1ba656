#include "operators/audiences.h"

#include <algorithm>
#include <string>
#include <utility>

namespace rekindle::operators {

Result<std::unique_ptr<Audiences>> Audiences::make(const Rules& rules) {
  std::vector<Compiled> audiences;
  std::string faults;
  for (const AudienceRule& rule : rules.audiences) {
    Result<audience::Program> program = audience::compile(rule.when, {.file = rule.name});
    if (program) {
      audiences.push_back({rule.id, rule.version, std::move(*program)});
      continue;
    }
    if (!faults.empty()) faults.push_back('\n');
    faults.append(program.error().detail);
  }
  if (!faults.empty()) return Error{ErrorCode::kInvalidExpression, std::move(faults)};
  return std::unique_ptr<Audiences>(new Audiences(std::move(audiences)));
}

Audiences::Audiences(std::vector<Compiled> audiences) : x_audiences(std::move(audiences)) {
  for (const Compiled& compiled : x_audiences) {
    if (to_index(compiled.id) >= x_places.size()) {
      x_places.resize(to_index(compiled.id) + size_t{1}, kNowhere);
    }
    x_places[to_index(compiled.id)] = static_cast<uint16_t>(&compiled - x_audiences.data());
  }
  for (uint64_t code = 0; code < kBuiltInTypes; ++code) {
    x_built_in[code] = candidates_for(EventType{code});
  }
  for (const Compiled& compiled : x_audiences) {
    for (const audience::Trigger& trigger : compiled.program.triggers()) {
      const auto code = static_cast<uint64_t>(trigger.type);
      if (is_custom(trigger.type)) x_custom[code] = candidates_for(trigger.type);
    }
  }
  x_other_custom = candidates_for(EventType{kCustomTypeBit});  // a code no name's hash is given
  for (uint32_t place = 0; place < x_audiences.size(); ++place) {
    const auto& triggers = x_audiences[place].program.triggers();
    if (std::any_of(triggers.begin(), triggers.end(),
                    [](const audience::Trigger& trigger) { return trigger.earliest_only; })) {
      x_on_earliest.push_back(place);
    }
  }
}

Audiences::Candidates Audiences::candidates_for(EventType type) {
  Candidates candidates;
  for (size_t place = 0; place < x_audiences.size(); ++place) {
    const auto first = static_cast<uint32_t>(x_filters.size());
    bool matched = false;
    bool takes_all = false;
    audience::Effect effect = audience::Effect::kEither;
    for (const audience::Trigger& trigger : x_audiences[place].program.triggers()) {
      if (trigger.earliest_only || !trigger.matches(type)) continue;
      effect = !matched || effect == trigger.effect ? trigger.effect : audience::Effect::kEither;
      matched = true;
      takes_all = takes_all || trigger.filter == nullptr;
      if (trigger.filter != nullptr) x_filters.push_back(trigger.filter);
    }
    if (takes_all) x_filters.resize(first);
    if (!matched) continue;
    candidates.push_back({static_cast<uint32_t>(place), first,
                          static_cast<uint32_t>(x_filters.size()) - first, effect});
  }
  return candidates;
}

const Audiences::Candidates& Audiences::candidates(EventType type) const {
  const auto code = static_cast<uint64_t>(type);
  if (code < kBuiltInTypes) return x_built_in[code];
  const auto found = x_custom.find(code);
  return found == x_custom.end() ? x_other_custom : found->second;
}

bool Audiences::is_triggered(const Candidate& candidate, const Event& event,
                             int64_t money_scale) const {
  if (candidate.filter_count == 0) return true;
  const auto first = x_filters.begin() + candidate.first_filter;
  return std::any_of(first, first + candidate.filter_count,
                     [&](const Filter* filter) { return passes(*filter, event, money_scale); });
}

void Audiences::evaluate(const Compiled& audience, Context& context) {
  const Holds answer =
      audience.program.evaluate(std::as_const(context).visitor(), context.site(), context.now());
  context.set_member(audience.id, audience.version, answer.value);
  context.wake_at(answer.until);
}

// Most evaluations leave the answer as it was: then there is nothing to tell anyone.
void Audiences::evaluate(const Compiled& audience, bool inside, Context& context) {
  const Holds answer =
      audience.program.evaluate(std::as_const(context).visitor(), context.site(), context.now());
  if (answer.value != inside) {
    context.set_member(audience.id, audience.version, answer.value);
  }
  context.wake_at(answer.until);
}

bool Audiences::mark_inside(const Visitor& visitor, Inside& inside) const {
  std::fill_n(inside.begin(), (x_audiences.size() + 63) / 64, 0);
  bool same_versions = true;
  for (const Membership& membership : visitor.memberships) {
    const size_t id = to_index(membership.audience);
    const uint16_t place = id < x_places.size() ? x_places[id] : kNowhere;
    if (place == kNowhere) continue;
    inside[place / 64] |= 1ULL << (place % 64);
    same_versions = same_versions && membership.definition_version == x_audiences[place].version;
  }
  return same_versions;
}

void Audiences::on_event(Event& event, Context& context) {
  const Visitor& visitor = std::as_const(context).visitor();
  if (visitor.lifetime.events <= 1) return evaluate_all(context);
  Inside inside;
  const bool same_versions = mark_inside(visitor, inside);
  const int64_t money_scale = context.site().currency.scale();
  for (const Candidate& candidate : candidates(event.type)) {
    const bool is_inside = (inside[candidate.place / 64] >> (candidate.place % 64) & 1) != 0;
    if (candidate.effect == (is_inside ? audience::Effect::kRises : audience::Effect::kFalls)) {
      continue;
    }
    if (!is_triggered(candidate, event, money_scale)) continue;
    if (same_versions) {
      evaluate(x_audiences[candidate.place], is_inside, context);
    } else {
      evaluate(x_audiences[candidate.place], context);
    }
  }
  if (event.at <= visitor.first_seen) evaluate_earliest(context);
}

void Audiences::evaluate_earliest(Context& context) const {
  for (const uint32_t place : x_on_earliest) evaluate(x_audiences[place], context);
}

void Audiences::on_deadline(Context& context) {
  if (context.reason() == ChangeReason::kDefinition) leave_removed(context);
  evaluate_all(context);
}

void Audiences::evaluate_all(Context& context) const {
  for (const Compiled& audience : x_audiences) evaluate(audience, context);
}

void Audiences::leave_removed(Context& context) const {
  const auto& memberships = std::as_const(context).visitor().memberships;
  for (size_t i = memberships.size(); i-- > 0;) {  // backwards: set_member removes
    const Membership membership = memberships[i];
    if (is_defined(membership.audience)) continue;
    context.set_member(membership.audience, membership.definition_version, false);
  }
}

bool Audiences::is_defined(AudienceId id) const {
  const auto place = std::lower_bound(
      x_audiences.begin(), x_audiences.end(), id,
      [](const Compiled& audience, AudienceId wanted) { return audience.id < wanted; });
  return place != x_audiences.end() && place->id == id;
}

}  // namespace rekindle::operators
