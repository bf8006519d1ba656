#include "operators/audiences.h"

#include <algorithm>
#include <string>
#include <utility>

#include "operators/audience/profile_facets.h"
#include "operators/audience/references.h"

namespace rekindle::operators {

Result<std::unique_ptr<Audiences>> Audiences::make(const Rules& rules) {
  std::vector<Compiled> audiences;
  std::string faults;
  std::vector<audience::KnownAudience> known;
  for (const AudienceRule& rule : rules.audiences) known.push_back({rule.name, rule.id});
  for (const AudienceRule& rule : rules.audiences) {
    Result<audience::Program> program = audience::compile(rule.when, {.file = rule.name}, known);
    if (program) {
      audiences.push_back({rule.id, rule.version, std::move(*program), {}});
      continue;
    }
    if (!faults.empty()) faults.push_back('\n');
    faults.append(program.error().detail);
  }
  if (!faults.empty()) return Error{ErrorCode::kInvalidExpression, std::move(faults)};
  std::vector<audience::Referrer> referrers;
  for (size_t place = 0; place < audiences.size(); ++place) {
    referrers.push_back(
        {rules.audiences[place].name, audiences[place].id, &audiences[place].program.references()});
  }
  const Result<std::vector<uint32_t>> order = audience::evaluation_order(referrers);
  if (!order) return order.error();
  std::unique_ptr<Audiences> made(new Audiences(std::move(audiences), *order));
  if (made->x_needs.cuts.size() > limits::kRankCutsMax) {
    return Error{ErrorCode::kInvalidExpression, "the audiences rank customers in more than " +
                                                    std::to_string(limits::kRankCutsMax) + " ways"};
  }
  return made;
}

Audiences::Audiences(std::vector<Compiled> audiences, const std::vector<uint32_t>& order)
    : x_audiences(std::move(audiences)) {
  for (const Compiled& compiled : x_audiences) {
    if (to_index(compiled.id) >= x_places.size()) {
      x_places.resize(to_index(compiled.id) + size_t{1}, kNowhere);
    }
    x_places[to_index(compiled.id)] = static_cast<uint16_t>(&compiled - x_audiences.data());
    x_needs.add(compiled.program.needs());
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
  list_special_triggers();
  link_references(order);
}

// Those that events of no particular type may change.
void Audiences::list_special_triggers() {
  const auto list = [](std::vector<uint32_t>& places, uint32_t place) {
    if (places.empty() || places.back() != place) places.push_back(place);
  };
  for (uint32_t place = 0; place < x_audiences.size(); ++place) {
    for (const audience::Trigger& trigger : x_audiences[place].program.triggers()) {
      if (trigger.earliest_only) list(x_on_earliest, place);
      if (trigger.reach != audience::Trigger::Reach::kTellsProfile) continue;
      list(x_on_facet[static_cast<size_t>(trigger.facet)], place);
    }
  }
}

void Audiences::link_references(const std::vector<uint32_t>& order) {
  for (const uint32_t place : order) {
    if (!x_audiences[place].refers()) continue;
    x_referring.push_back(place);
    for (const AudienceId id : x_audiences[place].program.references()) {
      const auto referred = std::find_if(x_audiences.begin(), x_audiences.end(),
                                         [id](const Compiled& other) { return other.id == id; });
      referred->dependents.push_back(place);
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
  const Holds answer = audience.program.evaluate(std::as_const(context).visitor(), context.site(),
                                                 context.now(), context.insights());
  context.set_member(audience.id, audience.version, answer.value);
  context.wake_at(answer.until);
}

// Most evaluations leave the answer as it was: then there is nothing to tell anyone.
void Audiences::evaluate(const Compiled& audience, bool inside, Context& context) {
  const Holds answer = audience.program.evaluate(std::as_const(context).visitor(), context.site(),
                                                 context.now(), context.insights());
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

void Audiences::look_at(uint32_t place, Context& context, Due& due) const {
  const Compiled& audience = x_audiences[place];
  if (!audience.refers()) return evaluate_and_tell(audience, context, due);
  due[place / 64] |= 1ULL << (place % 64);
}

void Audiences::look_at_all(const std::vector<uint32_t>& places, Context& context, Due& due) const {
  for (const uint32_t place : places) look_at(place, context, due);
}

void Audiences::evaluate_and_tell(const Compiled& audience, Context& context, Due& due) const {
  if (audience.dependents.empty()) return evaluate(audience, context);
  const Visitor& visitor = std::as_const(context).visitor();
  const bool was_inside = visitor.membership(audience.id) != nullptr;
  evaluate(audience, context);
  if (was_inside == (visitor.membership(audience.id) != nullptr)) return;
  for (const uint32_t place : audience.dependents) due[place / 64] |= 1ULL << (place % 64);
}

void Audiences::settle(Context& context, Due& due) const {
  for (const uint32_t place : x_referring) {
    if ((due[place / 64] >> (place % 64) & 1) == 0) continue;
    evaluate_and_tell(x_audiences[place], context, due);
  }
}

void Audiences::on_event(Event& event, Context& context) {
  const Visitor& visitor = std::as_const(context).visitor();
  if (visitor.lifetime.events <= 1) return evaluate_all(context);
  Inside inside;
  const bool same_versions = mark_inside(visitor, inside);
  Due due;
  if (!x_referring.empty()) std::fill_n(due.begin(), (x_audiences.size() + 63) / 64, 0);
  const int64_t money_scale = context.site().currency.scale();
  for (const Candidate& candidate : candidates(event.type)) {
    const bool is_inside = (inside[candidate.place / 64] >> (candidate.place % 64) & 1) != 0;
    if (candidate.effect == (is_inside ? audience::Effect::kRises : audience::Effect::kFalls)) {
      continue;
    }
    if (!is_triggered(candidate, event, money_scale)) continue;
    const Compiled& audience = x_audiences[candidate.place];
    if (same_versions && !audience.refers() && audience.dependents.empty()) {
      evaluate(audience, is_inside, context);
    } else {
      look_at(candidate.place, context, due);
    }
  }
  if (event.at <= visitor.first_seen) look_at_all(x_on_earliest, context, due);
  for (size_t facet = 0; facet < x_on_facet.size(); ++facet) {
    if (x_on_facet[facet].empty()) continue;
    if (!audience::tells(event, static_cast<audience::ProfileFacet>(facet))) continue;
    look_at_all(x_on_facet[facet], context, due);
  }
  settle(context, due);
}

void Audiences::on_deadline(Context& context) {
  if (context.reason() == ChangeReason::kDefinition) leave_removed(context);
  evaluate_all(context);
}

void Audiences::evaluate_all(Context& context) const {
  for (const Compiled& audience : x_audiences) {
    if (!audience.refers()) evaluate(audience, context);
  }
  for (const uint32_t place : x_referring) evaluate(x_audiences[place], context);
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
