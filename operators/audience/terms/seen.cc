// first_seen, last_seen — how long ago the visitor's first and newest event of any kind were. A
// little negative while a device's clock runs ahead of ours; infinite before any event.
#include "operators/audience/terms.h"

namespace rekindle::operators::audience {
namespace {

Quantity first_seen(const Arguments&, const Scope& scope) {
  if (scope.visitor.first_seen == EventTime::never()) return Quantity::infinite();
  return {Rational::whole((scope.now - scope.visitor.first_seen).ms)};
}

Quantity last_seen(const Arguments&, const Scope& scope) {
  if (scope.visitor.last_seen == EventTime::before_all()) return Quantity::infinite();
  return {Rational::whole((scope.now - scope.visitor.last_seen).ms)};
}

void trigger_on_earlier(const Arguments&, std::vector<Trigger>& triggers) {
  Trigger trigger;
  trigger.earliest_only = true;
  triggers.push_back(trigger);
}

constexpr TermKind seen_term(std::string_view name,
                             Quantity (*measure)(const Arguments&, const Scope&),
                             void (*add_triggers)(const Arguments&, std::vector<Trigger>&),
                             Effect effect) {
  return {
      .name = name,
      .usage = name,
      .arguments = {},
      .type_of = always<Type::kDuration>,
      .is_linear = true,
      .cost = 2,
      .effect = effect,
      .add_triggers = add_triggers,
      .measure = measure,
      .holds = nullptr,
      .at_least = nullptr,
  };
}

}  // namespace

constexpr TermKind kFirstSeen =
    seen_term("first_seen", first_seen, trigger_on_earlier, Effect::kRises);
constexpr TermKind kLastSeen =
    seen_term("last_seen", last_seen, trigger_on_every_event, Effect::kFalls);

}  // namespace rekindle::operators::audience
