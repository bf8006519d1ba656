// distinct(type, product|category|brand|order, window[, filter]) — how many different values.
#include "operators/audience/terms.h"

namespace rekindle::operators::audience {
namespace {

constexpr ArgumentKind kArguments[] = {ArgumentKind::kEventType, ArgumentKind::kDistinctField,
                                       ArgumentKind::kWindow, ArgumentKind::kFilter};

Quantity measure(const Arguments& arguments, const Scope& scope) {
  const Count answer =
      distinct(scope.visitor.timeline, arguments.query(scope), arguments.distinct, scope.now);
  return {Rational::whole(answer.value), Quantity::State::kKnown, answer.exact, answer.until};
}

}  // namespace

constexpr TermKind kDistinct{
    .name = "distinct",
    .usage = "distinct(type, product|category|brand|order, window[, filter])",
    .arguments = kArguments,
    .type_of = always<Type::kNumber>,
    .is_linear = false,
    .cost = 40,
    .add_triggers = trigger_on_types,
    .measure = measure,
    .holds = nullptr,
    .at_least = nullptr,
};

}  // namespace rekindle::operators::audience
