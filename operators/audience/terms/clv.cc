// clv(D) — the revenue expected of a customer within D from now; p_alive — the chance that they
// order again. Unknown for who never ordered, and until the site's customers allow a fit.
//
// Both fall with time, at every instant a little, and ever more slowly. So that they change at
// instants everyone can name, they are taken as of the last step since the newest order: a day long
// for four weeks, then a week; and they change with every order and refund. A new fit is seen at a
// customer's next step, or sooner by an event.
#include <algorithm>
#include <cmath>

#include "operators/audience/terms.h"
#include "operators/clv/clv_model_format.h"

namespace rekindle::operators::audience {
namespace {

constexpr ArgumentKind kClvArguments[] = {ArgumentKind::kWindow};
constexpr Duration kFresh = days(28);
struct Steps {
  Duration fresh;  // for so long since the newest order
  Duration later;
};
constexpr Steps kSteps{days(1), days(7)};
constexpr Steps kStepsWithoutModel{days(1), days(1)};  // how often is looked whether there is one
constexpr int64_t kAliveParts = 1'000'000;

struct Step {
  EventTime begin;  // at or before now, unless the newest order is ahead of it
  EventTime end;
};
Step step_around(const Lifetime& lifetime, EventTime now, const Steps& steps) {
  const int64_t age = std::max<int64_t>(0, (now - lifetime.last_order).ms);
  const Duration length = age < kFresh.ms ? steps.fresh : steps.later;
  const EventTime begin = lifetime.last_order + milliseconds(age - age % length.ms);
  return {begin, begin + length};
}

PurchaseHistory history_of(const Lifetime& lifetime) {
  return {lifetime.orders, lifetime.first_order, lifetime.last_order, lifetime.revenue()};
}

// `score(model, history, at)` at the last step, as a fraction.
template <typename Score>
Quantity scored(const Scope& scope, Score&& score) {
  const Lifetime& lifetime = scope.visitor.lifetime;
  if (lifetime.orders < 1) return Quantity::unknown();
  const auto model = scope.insights == nullptr || scope.insights->model.empty()
                         ? Result<ClvModel>(Error{ErrorCode::kNotFound, {}})
                         : decode_clv_model(scope.insights->model);
  const Step step = step_around(lifetime, scope.now, model ? kSteps : kStepsWithoutModel);
  if (!model) return Quantity::unknown(true, step.end);
  return {score(*model, history_of(lifetime), step.begin), Quantity::State::kKnown, true, step.end};
}

Quantity clv(const Arguments& arguments, const Scope& scope) {
  return scored(scope, [&](const ClvModel& model, const PurchaseHistory& history, EventTime at) {
    return Rational::whole(model.clv(history, at, arguments.window));
  });
}

Quantity alive(const Arguments&, const Scope& scope) {
  return scored(scope, [](const ClvModel& model, const PurchaseHistory& history, EventTime at) {
    const double parts = std::round(model.p_alive(history, at) * kAliveParts);
    return *make_rational(static_cast<int64_t>(parts), kAliveParts);
  });
}

void need_model(const Arguments&, CustomerNeeds& needs) {
  needs.model = true;
}

}  // namespace

constexpr TermKind kClv{
    .name = "clv",
    .usage = "clv(365d)",
    .arguments = kClvArguments,
    .type_of = always<Type::kMoney>,
    .is_linear = false,
    .cost = 60,
    .may_be_unknown = true,
    .add_triggers = trigger_on_totals,
    .measure = clv,
    .holds = nullptr,
    .at_least = nullptr,
    .add_needs = need_model,
};
constexpr TermKind kAlive{
    .name = "p_alive",
    .usage = "p_alive",
    .arguments = {},
    .type_of = always<Type::kNumber>,
    .is_linear = false,
    .cost = 40,
    .may_be_unknown = true,
    .add_triggers = trigger_on_totals,
    .measure = alive,
    .holds = nullptr,
    .at_least = nullptr,
    .add_needs = need_model,
};

}  // namespace rekindle::operators::audience
