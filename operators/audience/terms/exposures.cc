// exposures("offer id"|any_offer, window) — how many times an offer was shown: offer_shown events
// of which one item's product is the offer's id.
#include "operators/audience/terms.h"

namespace rekindle::operators::audience {
namespace {

// kOffer sets the type and, for one offer, the filter.
constexpr ArgumentKind kArguments[] = {ArgumentKind::kOffer, ArgumentKind::kWindow};

Quantity measure(const Arguments& arguments, const Scope& scope) {
  const Count answer = count(scope.visitor.timeline, arguments.query(scope), scope.now);
  return {Rational::whole(answer.value), Quantity::State::kKnown, answer.exact, answer.until};
}

Holds at_least(const Arguments& arguments, int64_t k, const Scope& scope) {
  return count_at_least(scope.visitor.timeline, arguments.query(scope), k, scope.now);
}

}  // namespace

constexpr TermKind kExposures{
    .name = "exposures",
    .usage = "exposures(\"offer id\"|any_offer, window)",
    .arguments = kArguments,
    .type_of = always<Type::kNumber>,
    .is_linear = false,
    .cost = 20,
    .effect = Effect::kRises,
    .add_triggers = trigger_on_types,
    .measure = measure,
    .holds = nullptr,
    .at_least = at_least,
};

}  // namespace rekindle::operators::audience
