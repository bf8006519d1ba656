#include "operators/offers/trials.h"

#include <algorithm>

#include "core/limits.h"
#include "core/tally_key.h"
#include "operators/offers/exposures.h"

namespace rekindle::operators::offers {
namespace {

int64_t bounded(int64_t money) {
  return std::clamp<int64_t>(money, -kTrialRevenueMax, kTrialRevenueMax);
}

void add_worth(const Event& event, int64_t sign, OfferHistory& history) {
  const int64_t worth = worth_of(event);
  for (Trial& trial : history.trials) {
    if (event.at < trial.began || event.at >= trial.until) continue;
    if (sign > 0) ++trial.orders;
    if (worth != kNoMoney) trial.revenue = saturating_add(trial.revenue, sign * worth);
  }
}

void close(const Trial& trial, Context& context) {
  const int64_t week = week_of(context.now());
  const auto add = [&](TallyOf what, int64_t amount) {
    const auto of = static_cast<uint8_t>(what) + (trial.is_ghost ? kGhostTallies : 0);
    for (const NameHash subject :
         {trial.arm, group_subject(trial.group), policy_subject(trial.policy)}) {
      const auto key = tally_key(context.site().id, subject, static_cast<TallyOf>(of), week);
      context.tally(key, amount);
    }
  };
  const int64_t revenue = bounded(trial.revenue);
  const int64_t before = bounded(trial.before);
  // At most 10^10 each, so 64 bits hold 9 · 10^8 trials.
  const int64_t revenue_units = revenue / kSquareUnit;
  const int64_t before_units = before / kSquareUnit;
  add(TallyOf::kTrials, 1);
  add(TallyOf::kBuyers, trial.orders > 0 ? 1 : 0);
  add(TallyOf::kRevenue, revenue);
  add(TallyOf::kRevenueSquare, revenue_units * revenue_units);
  add(TallyOf::kBefore, before);
  add(TallyOf::kBeforeSquare, before_units * before_units);
  add(TallyOf::kProduct, revenue_units * before_units);
}

}  // namespace

void begin_trial(const Exposure& exposure, NameHash policy, OfferHistory& history,
                 const Context& context) {
  const auto is_of = [&](const Trial& trial) { return trial.offer == exposure.offer; };
  if (history.trials.size() == limits::kTrialsMax ||
      std::any_of(history.trials.begin(), history.trials.end(), is_of)) {
    return;
  }
  Trial trial;
  trial.offer = exposure.offer;
  trial.arm = exposure.arm;
  trial.group = exposure.group;
  trial.policy = policy;
  trial.is_ghost = exposure.stage == OfferStage::kGhost;
  trial.began = context.now();
  trial.until = trial.began + exposure.click_window;
  trial.before = context.visitor().lifetime.revenue();
  history.trials.push_back(trial);
}

void count_purchase(const Event& event, OfferHistory& history) {
  add_worth(event, 1, history);
}

void count_refund(const Event& event, OfferHistory& history) {
  add_worth(event, -1, history);
}

void close_trials(OfferHistory& history, Context& context) {
  std::erase_if(history.trials, [&](const Trial& trial) {
    if (trial.until + kLateTouches > context.now()) return false;
    close(trial, context);
    return true;
  });
}

}  // namespace rekindle::operators::offers
