// distinct(type, product|category|brand|order, window[, filter]) — how many different values.
#include "operators/audience/terms.h"

namespace rekindle::operators::audience {
namespace {

constexpr ArgumentKind kArguments[] = {ArgumentKind::kEventType, ArgumentKind::kDistinctField,
                                       ArgumentKind::kWindow, ArgumentKind::kFilter};

Quantity measure(const Arguments& arguments, const Scope& scope) {
  return Quantity::of(
      distinct(scope.visitor.timeline, arguments.query(scope), arguments.distinct, scope.now));
}

Holds at_least(const Arguments& arguments, int64_t k, const Scope& scope) {
  return distinct_at_least(scope.visitor.timeline, arguments.query(scope), arguments.distinct, k,
                           scope.now);
}

}  // namespace

constexpr TermKind kDistinct{
    .name = "distinct",
    .usage = "distinct(type, product|category|brand|order, window[, filter])",
    .arguments = kArguments,
    .type_of = always<Type::kNumber>,
    .is_linear = false,
    .cost = 40,
    .effect = Effect::kRises,
    .add_triggers = trigger_on_types,
    .measure = measure,
    .holds = nullptr,
    .at_least = at_least,
    .requirement = requires_entry,
};

}  // namespace rekindle::operators::audience
