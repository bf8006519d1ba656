// count(type, window[, filter]) — how many events; did(type, window[, filter]) — whether any.
// exposures("offer id"|any_offer, window) — how many times an offer was shown: offer_shown events
// of which one item's product is the offer's id.
#include "operators/audience/terms.h"

namespace rekindle::operators::audience {
namespace {

constexpr ArgumentKind kArguments[] = {ArgumentKind::kEventType, ArgumentKind::kWindow,
                                       ArgumentKind::kFilter};
// kOffer sets the type and, for one offer, the filter.
constexpr ArgumentKind kOfferArguments[] = {ArgumentKind::kOffer, ArgumentKind::kWindow};

Quantity measure(const Arguments& arguments, const Scope& scope) {
  return Quantity::of(count(scope.visitor.timeline, arguments.query(scope), scope.now));
}

Holds at_least(const Arguments& arguments, int64_t k, const Scope& scope) {
  return count_at_least(scope.visitor.timeline, arguments.query(scope), k, scope.now);
}

Holds did(const Arguments& arguments, const Scope& scope) {
  return at_least(arguments, 1, scope);
}

std::optional<Requirement> requirement(const Arguments& arguments, Compare compare,
                                       const Rational& bound) {
  if (compare != Compare::kGreaterOrEqual) return std::nullopt;  // the compiler makes others of it
  return Requirement::entries(arguments.types, static_cast<int64_t>(bound.numerator),
                              arguments.window);
}

}  // namespace

constexpr TermKind kCount{
    .name = "count",
    .usage = "count(type, window[, filter])",
    .arguments = kArguments,
    .type_of = always<Type::kNumber>,
    .is_linear = false,
    .cost = 20,
    .effect = Effect::kRises,
    .add_triggers = trigger_on_types,
    .measure = measure,
    .holds = nullptr,
    .at_least = at_least,
    .requirement = requirement,
};
constexpr TermKind kDid{
    .name = "did",
    .usage = "did(type, window[, filter])",
    .arguments = kArguments,
    .type_of = always<Type::kBool>,
    .is_linear = false,
    .cost = 10,
    .effect = Effect::kRises,
    .add_triggers = trigger_on_types,
    .measure = nullptr,
    .holds = did,
    .at_least = nullptr,
    .requirement = requirement,
};
constexpr TermKind kExposures{
    .name = "exposures",
    .usage = "exposures(\"offer id\"|any_offer, window)",
    .arguments = kOfferArguments,
    .type_of = always<Type::kNumber>,
    .is_linear = false,
    .cost = 20,
    .effect = Effect::kRises,
    .add_triggers = trigger_on_types,
    .measure = measure,
    .holds = nullptr,
    .at_least = at_least,
    .requirement = requirement,
};

}  // namespace rekindle::operators::audience
