// in(audience) — whether the visitor is in another audience; in_for(audience) — for how long they
// have been, unknown while they are outside.
//
// No event triggers them: operators/audiences evaluates whoever refers to an audience when that one
// changed, after it and at the same instant.
#include "operators/audience/terms.h"

namespace rekindle::operators::audience {
namespace {

constexpr ArgumentKind kArguments[] = {ArgumentKind::kAudience};

Holds inside(const Arguments& arguments, const Scope& scope) {
  return {scope.visitor.membership(*arguments.audience) != nullptr, true, EventTime::never()};
}

Quantity inside_for(const Arguments& arguments, const Scope& scope) {
  const Membership* const membership = scope.visitor.membership(*arguments.audience);
  if (membership == nullptr) return Quantity::unknown();
  return {Rational::whole((scope.now - membership->since).ms)};
}

}  // namespace

constexpr TermKind kIn{
    .name = "in",
    .usage = "in(audience)",
    .arguments = kArguments,
    .type_of = always<Type::kBool>,
    .is_linear = false,
    .cost = 3,
    .add_triggers = trigger_on_nothing,
    .measure = nullptr,
    .holds = inside,
    .at_least = nullptr,
};
constexpr TermKind kInFor{
    .name = "in_for",
    .usage = "in_for(audience)",
    .arguments = kArguments,
    .type_of = always<Type::kDuration>,
    .is_linear = true,
    .cost = 3,
    .may_be_unknown = true,
    .add_triggers = trigger_on_nothing,
    .measure = inside_for,
    .holds = nullptr,
    .at_least = nullptr,
};

}  // namespace rekindle::operators::audience
