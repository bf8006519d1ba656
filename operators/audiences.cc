#include "operators/audiences.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/assert.h"
#include "core/redefinition.h"
#include "operators/audience/profile_facets.h"
#include "operators/audience/references.h"

namespace rekindle::operators {

namespace {

// The definitions that references mean once all of them are in force.
std::vector<audience::KnownAudience> known_in(const std::vector<AudienceRule>& rules) {
  std::vector<audience::KnownAudience> known;
  for (const AudienceRule& rule : rules) known.push_back({rule.name, rule.id, rule.version});
  return known;
}

}  // namespace

void Audiences::compile(const AudienceRule& rule, const std::vector<audience::KnownAudience>& known,
                        std::vector<Compiled>& audiences, std::string& faults) {
  Result<audience::Program> program = audience::compile(rule.when, {.file = rule.name}, known);
  if (program) {
    audiences.push_back({rule.key(), 0, std::move(*program), {}});
    return;
  }
  if (!faults.empty()) faults.push_back('\n');
  faults.append(program.error().detail);
}

Result<std::unique_ptr<Audiences>> Audiences::make(const Rules& rules) {
  std::vector<Compiled> audiences;
  std::string faults;
  const auto known = known_in(rules.audiences);
  for (const AudienceRule& rule : rules.audiences) compile(rule, known, audiences, faults);
  const size_t in_force = audiences.size();
  if (!rules.pending.empty()) {
    const Rules after = switched(rules);
    const auto future = known_in(after.audiences);
    for (const PendingRule& pending : rules.pending) {
      if (!rules.is_evaluated(pending)) continue;
      compile(pending.rule, future, audiences, faults);
      const AudienceRule* const replaced = rules.find(pending.rule.id);
      if (replaced != nullptr && faults.empty()) audiences.back().replaces = replaced->version;
    }
  }
  if (!faults.empty()) return Error{ErrorCode::kInvalidExpression, std::move(faults)};
  std::vector<audience::Referrer> referrers;
  for (const Compiled& compiled : audiences) {
    const AudienceRule* const rule = rules.find(compiled.audience.id);
    referrers.push_back({rule == nullptr ? std::string_view("new") : rule->name, compiled.audience,
                         &compiled.program.references()});
  }
  const Result<std::vector<uint32_t>> order = audience::evaluation_order(referrers);
  if (!order) return order.error();
  std::unique_ptr<Audiences> made(new Audiences(std::move(audiences), in_force, *order));
  if (made->x_needs.cuts.size() > limits::kRankCutsMax) {
    return Error{ErrorCode::kInvalidExpression, "the audiences rank customers in more than " +
                                                    std::to_string(limits::kRankCutsMax) + " ways"};
  }
  return made;
}

Audiences::Audiences(std::vector<Compiled> audiences, size_t in_force,
                     const std::vector<uint32_t>& order)
    : x_audiences(std::move(audiences)), x_in_force(in_force) {
  RK_ASSERT(x_audiences.size() <= limits::kAudiencesMax);
  for (size_t place = 0; place < x_audiences.size(); ++place) {
    const size_t id = to_index(x_audiences[place].audience.id);
    if (id >= x_places.size()) x_places.resize(id + 1, {kNowhere, kNowhere});
    x_places[id][place < x_in_force ? 0 : 1] = static_cast<uint16_t>(place);
    x_needs.add(x_audiences[place].program.needs());
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
    for (const AudienceVersion referred : x_audiences[place].program.references()) {
      x_audiences[place_of(referred)].dependents.push_back(place);
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

uint16_t Audiences::place_of(AudienceVersion audience) const {
  const size_t id = to_index(audience.id);
  if (id >= x_places.size()) return kNowhere;
  for (const uint16_t place : x_places[id]) {
    if (place != kNowhere && x_audiences[place].audience.version == audience.version) return place;
  }
  return kNowhere;
}

audience::Scope Audiences::scope_of(const Context& context, const audience::BuiltInLists* lists) {
  return {context.visitor(), context.site(),     context.site().currency.scale(),
          context.now(),     context.insights(), lists};
}

void Audiences::evaluate(const Compiled& audience, Context& context) {
  const bool inside = std::as_const(context).visitor().membership(audience.audience) != nullptr;
  evaluate(audience, inside, scope_of(context, nullptr), context);
}

// Most evaluations leave the answer as it was: then there is nothing to tell anyone.
void Audiences::evaluate(const Compiled& audience, bool inside, const audience::Scope& scope,
                         Context& context) {
  const Holds answer = audience.program.evaluate(scope);
  if (answer.value != inside) {
    // Who is in the version in force is in the one to come since then.
    const Membership* const before =
        audience.replaces == 0
            ? nullptr
            : scope.visitor.membership({audience.audience.id, audience.replaces});
    const EventTime since = before != nullptr ? before->since : context.now();
    context.set_member(audience.audience, answer.value, since);
  }
  context.wake_at(answer.until);
}

void Audiences::mark_inside(const Visitor& visitor, Inside& inside) const {
  std::fill_n(inside.begin(), (x_audiences.size() + 63) / 64, 0);
  for (const Membership& membership : visitor.memberships) {
    const uint16_t place = place_of(membership.of());
    if (place != kNowhere) inside[place / 64] |= 1ULL << (place % 64);
  }
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
  const bool was_inside = visitor.membership(audience.audience) != nullptr;
  evaluate(audience, context);
  if (was_inside == (visitor.membership(audience.audience) != nullptr)) return;
  for (const uint32_t place : audience.dependents) due[place / 64] |= 1ULL << (place % 64);
}

void Audiences::settle(Context& context, Due& due) const {
  for (const uint32_t place : x_referring) {
    if (!has(due, place)) continue;
    evaluate_and_tell(x_audiences[place], context, due);
  }
}

void Audiences::on_event(Event& event, Context& context) {
  const Visitor& visitor = std::as_const(context).visitor();
  if (visitor.voice != nullptr) return;
  if (visitor.lifetime.events <= 1) return evaluate_all(context, 0);
  Inside inside;
  mark_inside(visitor, inside);
  Due due;
  if (!x_referring.empty()) std::fill_n(due.begin(), (x_audiences.size() + 63) / 64, 0);
  const audience::BuiltInLists lists(visitor.timeline);
  const audience::Scope scope = scope_of(context, &lists);
  for (const Candidate& candidate : candidates(event.type)) {
    const bool is_inside = has(inside, candidate.place);
    if (candidate.effect == (is_inside ? audience::Effect::kRises : audience::Effect::kFalls)) {
      continue;
    }
    if (!is_triggered(candidate, event, scope.money_scale)) continue;
    const Compiled& audience = x_audiences[candidate.place];
    if (!audience.refers() && audience.dependents.empty()) {
      evaluate(audience, is_inside, scope, context);
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
  if (const Voice* const voice = std::as_const(context).visitor().voice.get()) {
    if (voice->due > context.now()) context.wake_at(voice->due);
    return;
  }
  // When definitions change, those in force stay right; see core/redefinition.h.
  const bool only_future =
      context.reason() == ChangeReason::kDefinition && x_in_force < x_audiences.size();
  evaluate_all(context, only_future ? x_in_force : 0);
}

void Audiences::evaluate_all(Context& context, size_t first) const {
  Inside inside;
  const Visitor& visitor = std::as_const(context).visitor();
  mark_inside(visitor, inside);
  const audience::BuiltInLists lists(visitor.timeline);
  const audience::Scope scope = scope_of(context, &lists);
  for (size_t place = first; place < x_audiences.size(); ++place) {
    if (x_audiences[place].refers()) continue;
    evaluate(x_audiences[place], has(inside, place), scope, context);
  }
  for (const uint32_t place : x_referring) {
    if (place >= first) evaluate(x_audiences[place], context);
  }
}

}  // namespace rekindle::operators
