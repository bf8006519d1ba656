// first(purchase), first(any) — the instant of the first such event, to be compared with a period:
// `first(purchase) in 2026-03`. Only what every visitor keeps for ever is offered: older events of
// other types may have left the timeline.
#include "operators/audience/terms.h"

namespace rekindle::operators::audience {
namespace {

constexpr ArgumentKind kArguments[] = {ArgumentKind::kCohortType};

std::optional<EventTime> instant(const Arguments& arguments, const Scope& scope) {
  const EventTime at =
      arguments.types.is_any() ? scope.visitor.first_seen : scope.visitor.lifetime.first_order;
  if (at == EventTime::never()) return std::nullopt;
  return at;
}

void add_triggers(const Arguments& arguments, std::vector<Trigger>& triggers) {
  if (!arguments.types.is_any()) return trigger_on_type(arguments.types.type, triggers);
  Trigger trigger;
  trigger.earliest_only = true;
  triggers.push_back(trigger);
}

}  // namespace

constexpr TermKind kFirst{
    .name = "first",
    .usage = "first(purchase|any) in 2026-03",
    .arguments = kArguments,
    .type_of = always<Type::kInstant>,
    .is_linear = false,
    .cost = 1,
    .may_be_unknown = true,
    .add_triggers = add_triggers,
    .measure = nullptr,
    .holds = nullptr,
    .at_least = nullptr,
    .instant = instant,
};

}  // namespace rekindle::operators::audience
