// since(type[, filter]) — how long ago the newest such event was; infinite when there was none.
#include "operators/audience/terms.h"

namespace rekindle::operators::audience {
namespace {

constexpr ArgumentKind kArguments[] = {ArgumentKind::kEventType, ArgumentKind::kFilter};

Quantity measure(const Arguments& arguments, const Scope& scope) {
  const Newest answer = newest(scope.visitor.timeline, arguments.types, arguments.filter_or_null(),
                               scope.money_scale, scope.now);
  if (!answer.found) return Quantity::infinite(answer.until);
  return {Rational::whole((scope.now - answer.at).ms), Quantity::State::kKnown, true, answer.until};
}

// An event recent enough: less than a bound ago means less than a whole number of milliseconds.
std::optional<Requirement> requirement(const Arguments& arguments, Compare compare,
                                       const Rational& bound) {
  if (compare != Compare::kLess && compare != Compare::kLessOrEqual) return std::nullopt;
  const Wide below = compare == Compare::kLess ? ceiling_of(bound) : floor_of(bound) + 1;
  if (below <= 0 || below > limits::kWindowMsMax) return std::nullopt;
  return Requirement::entries(arguments.types, 1, milliseconds(static_cast<int64_t>(below)));
}

}  // namespace

constexpr TermKind kSince{
    .name = "since",
    .usage = "since(type[, filter])",
    .arguments = kArguments,
    .type_of = always<Type::kDuration>,
    .is_linear = true,
    .cost = 8,
    .effect = Effect::kFalls,
    .add_triggers = trigger_on_types,
    .measure = measure,
    .holds = nullptr,
    .at_least = nullptr,
    .requirement = requirement,
};

}  // namespace rekindle::operators::audience
