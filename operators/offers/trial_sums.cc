#include "operators/offers/trial_sums.h"

#include <algorithm>

#include "core/tally_key.h"
#include "operators/clv/clv_model_format.h"
#include "operators/decide/guards/product_lines.h"

namespace rekindle::operators::offers {
namespace {

constexpr Duration kClvHorizon = days(365);

int64_t bounded(int64_t money) {
  return std::clamp<int64_t>(money, -kTrialRevenueMax, kTrialRevenueMax);
}

class Sums {
 public:
  Sums(const Trial& trial, Context& context)
      : x_trial(trial), x_context(context), x_week(week_of(context.now())) {}

  // What decisions and the comparison of policies ask for too.
  void add_to_all(TallyOf what, int64_t amount) {
    for (const NameHash subject :
         {x_trial.arm, group_subject(x_trial.group), policy_subject(x_trial.policy)}) {
      add(subject, what, amount);
    }
  }
  void add(TallyOf what, int64_t amount) { add(x_trial.arm, what, amount); }

 private:
  void add(NameHash subject, TallyOf what, int64_t amount) {
    const auto of =
        static_cast<TallyOf>(static_cast<uint8_t>(what) + (x_trial.is_ghost ? kGhostTallies : 0));
    x_context.tally(tally_key(x_context.site().id, subject, of, x_week), amount);
  }

  const Trial& x_trial;
  Context& x_context;
  int64_t x_week;
};

bool owns_what_was_offered(const Trial& trial, const OfferHistory& history,
                           const Visitor& visitor) {
  if (trial.took) return true;
  return std::any_of(history.exposures.begin(), history.exposures.end(), [&](const Exposure& of) {
    return of.offer == trial.offer && of.product != kNoName &&
           last_line_of(visitor.timeline, EventType::kPurchase, of.product) !=
               EventTime::before_all();
  });
}

// Where there is a model: an audience asks for lifetime values.
void count_clv(Sums& sums, const Context& context) {
  if (context.insights() == nullptr || context.insights()->model.empty()) return;
  const auto model = decode_clv_model(context.insights()->model);
  if (!model) return;
  const Lifetime& lifetime = context.visitor().lifetime;
  const PurchaseHistory history{lifetime.orders, lifetime.first_order, lifetime.last_order,
                                lifetime.revenue()};
  const int64_t clv = bounded(model->clv(history, context.now(), kClvHorizon));
  sums.add(TallyOf::kClvKnown, 1);
  sums.add(TallyOf::kClv, clv);
  sums.add(TallyOf::kClvSquare, (clv / kSquareUnit) * (clv / kSquareUnit));
}

}  // namespace

void count_outcome(const Trial& trial, const OfferHistory& history, Context& context) {
  Sums sums(trial, context);
  const int64_t revenue = bounded(trial.revenue);
  const int64_t before = bounded(trial.before);
  // At most 10^10 each, so 64 bits hold 9 · 10^8 trials.
  const int64_t revenue_units = revenue / kSquareUnit;
  const int64_t before_units = before / kSquareUnit;
  const int64_t orders = trial.orders;
  const int64_t lines = trial.lines;
  sums.add_to_all(TallyOf::kTrials, 1);
  sums.add_to_all(TallyOf::kBuyers, orders > 0 ? 1 : 0);
  sums.add_to_all(TallyOf::kRevenue, revenue);
  sums.add_to_all(TallyOf::kRevenueSquare, revenue_units * revenue_units);
  sums.add_to_all(TallyOf::kBefore, before);
  sums.add_to_all(TallyOf::kBeforeSquare, before_units * before_units);
  sums.add_to_all(TallyOf::kProduct, revenue_units * before_units);
  sums.add(TallyOf::kOrders, orders);
  sums.add(TallyOf::kOrdersSquare, orders * orders);
  sums.add(TallyOf::kOrderRevenue, orders * revenue_units);
  sums.add(TallyOf::kRepeaters, orders > 1 ? 1 : 0);
  sums.add(TallyOf::kActiveBefore, trial.was_active ? 1 : 0);
  sums.add(TallyOf::kRetained, trial.was_active && orders > 0 ? 1 : 0);
  sums.add(TallyOf::kLines, lines);
  sums.add(TallyOf::kLinesSquare, lines * lines);
  sums.add(TallyOf::kTook, trial.took ? 1 : 0);
  sums.add(TallyOf::kPrimary, trial.primary);
  sums.add(TallyOf::kAttached, trial.attached);
  sums.add(TallyOf::kOwners, owns_what_was_offered(trial, history, context.visitor()) ? 1 : 0);
  count_clv(sums, context);
}

}  // namespace rekindle::operators::offers
