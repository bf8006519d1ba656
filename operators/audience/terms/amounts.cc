// sum, min, max, avg(type, value|quantity, window[, filter]) — amounts over the events of a window.
// The sum of nothing is 0; the others of nothing are unknown.
#include "operators/audience/terms.h"

namespace rekindle::operators::audience {
namespace {

constexpr ArgumentKind kArguments[] = {ArgumentKind::kEventType, ArgumentKind::kAmountField,
                                       ArgumentKind::kWindow, ArgumentKind::kFilter};

Type type_of(const Arguments& arguments) {
  return arguments.amount == AmountField::kValue ? Type::kMoney : Type::kNumber;
}

template <Amount (*kAsk)(const Timeline&, const WindowQuery&, AmountField, EventTime)>
Amount ask(const Arguments& arguments, const Scope& scope) {
  return kAsk(scope.visitor.timeline, arguments.query(scope), arguments.amount, scope.now);
}

Quantity total(const Arguments& arguments, const Scope& scope) {
  const Amount answer = ask<sum>(arguments, scope);
  return {Rational::whole(answer.value), Quantity::State::kKnown, answer.exact, answer.until};
}

template <Amount (*kAsk)(const Timeline&, const WindowQuery&, AmountField, EventTime)>
Quantity extreme(const Arguments& arguments, const Scope& scope) {
  const Amount answer = ask<kAsk>(arguments, scope);
  if (answer.count == 0) return Quantity::unknown(answer.exact, answer.until);
  return {Rational::whole(answer.value), Quantity::State::kKnown, answer.exact, answer.until};
}

Quantity average(const Arguments& arguments, const Scope& scope) {
  const Amount answer = ask<sum>(arguments, scope);
  const std::optional<Rational> mean = make_rational(answer.value, answer.count);
  if (!mean) return Quantity::unknown(answer.exact, answer.until);  // nothing to divide by
  return {*mean, Quantity::State::kKnown, answer.exact, answer.until};
}

// Of nothing all but the sum are unknown, which nothing compares to.
std::optional<Requirement> required_by_known(const Arguments& arguments, Compare, const Rational&) {
  return Requirement::entries(arguments.types, 1, arguments.window);
}

// Amounts are never negative (io/intake refuses them), so a sum only grows with events.
constexpr TermKind amount_term(std::string_view name, std::string_view usage,
                               Quantity (*measure)(const Arguments&, const Scope&), Effect effect,
                               bool may_be_unknown) {
  return {
      .name = name,
      .usage = usage,
      .arguments = kArguments,
      .type_of = type_of,
      .is_linear = false,
      .cost = 25,
      .effect = effect,
      .may_be_unknown = may_be_unknown,
      .add_triggers = trigger_on_types,
      .measure = measure,
      .holds = nullptr,
      .at_least = nullptr,
      .requirement = may_be_unknown ? required_by_known : requires_entry,
  };
}

}  // namespace

constexpr TermKind kSum =
    amount_term("sum", "sum(type, value|quantity, window[, filter])", total, Effect::kRises, false);
constexpr TermKind kMinimum = amount_term("min", "min(type, value|quantity, window[, filter])",
                                          extreme<minimum>, Effect::kFalls, true);
constexpr TermKind kMaximum = amount_term("max", "max(type, value|quantity, window[, filter])",
                                          extreme<maximum>, Effect::kRises, true);
constexpr TermKind kAverage = amount_term("avg", "avg(type, value|quantity, window[, filter])",
                                          average, Effect::kEither, true);

}  // namespace rekindle::operators::audience
