// sequence(step, step[, …], within D, last W) — whether the steps followed each other, each
// strictly later than the one before and at most D after it, all inside the window.
#include "core/sequence.h"

#include "operators/audience/terms.h"

namespace rekindle::operators::audience {
namespace {

constexpr ArgumentKind kArguments[] = {ArgumentKind::kSteps, ArgumentKind::kWithin,
                                       ArgumentKind::kLast};

Holds holds(const Arguments& arguments, const Scope& scope) {
  return rekindle::sequence(
      scope.visitor.timeline,
      {arguments.steps, arguments.within, arguments.window, scope.money_scale}, scope.now);
}

}  // namespace

constexpr TermKind kSequence{
    .name = "sequence",
    .usage = "sequence(type, type[, …], within D, last W)",
    .arguments = kArguments,
    .type_of = always<Type::kBool>,
    .is_linear = false,
    .cost = 60,
    .effect = Effect::kRises,
    .add_triggers = trigger_on_steps,
    .measure = nullptr,
    .holds = holds,
    .at_least = nullptr,
};

}  // namespace rekindle::operators::audience
