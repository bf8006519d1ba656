// without(a, then b, within D[, last W]) — the newest a is at least D old, and no b followed it
// within D. Becomes true exactly D after the a.
#include "core/sequence.h"
#include "operators/audience/terms.h"

namespace rekindle::operators::audience {
namespace {

constexpr ArgumentKind kArguments[] = {ArgumentKind::kStep, ArgumentKind::kThenStep,
                                       ArgumentKind::kWithin, ArgumentKind::kMaybeLast};

Holds holds(const Arguments& arguments, const Scope& scope) {
  return absence(scope.visitor.timeline,
                 {arguments.steps[0], arguments.steps[1], arguments.within, arguments.window,
                  scope.money_scale},
                 scope.now);
}

}  // namespace

// A newer a may begin another wait, or end one that a b had spoilt: no direction.
constexpr TermKind kWithout{
    .name = "without",
    .usage = "without(type, then type, within D[, last W])",
    .arguments = kArguments,
    .type_of = always<Type::kBool>,
    .is_linear = false,
    .cost = 15,
    .add_triggers = trigger_on_steps,
    .measure = nullptr,
    .holds = holds,
    .at_least = nullptr,
};

}  // namespace rekindle::operators::audience
