#include "operators/offers/trials.h"

#include <algorithm>
#include <vector>

#include "core/limits.h"
#include "core/tally_key.h"
#include "operators/offers/exposures.h"
#include "operators/offers/trial_sums.h"

namespace rekindle::operators::offers {
namespace {

// Whether an order has products that the trial's offer is of, and others.
struct OrderParts {
  bool has_offered = false;
  bool has_other = false;
};

// Nothing of an offer that is of no product.
OrderParts parts_of(const Event& event, const Trial& trial, const OfferHistory& history) {
  std::vector<NameHash> offered;
  for (const Exposure& of : history.exposures) {
    if (of.offer == trial.offer && of.product != kNoName) offered.push_back(of.product);
  }
  OrderParts parts;
  if (offered.empty()) return parts;
  for (const Item& item : event.items) {
    const bool is_offered =
        std::find(offered.begin(), offered.end(), item.product_hash) != offered.end();
    (is_offered ? parts.has_offered : parts.has_other) = true;
  }
  return parts;
}

void add_order(const Event& event, const OfferHistory& history, Trial& trial) {
  ++trial.orders;
  trial.lines += static_cast<uint32_t>(event.items.size());
  const OrderParts parts = parts_of(event, trial, history);
  trial.took |= parts.has_offered;
  if (!parts.has_other) return;
  ++trial.primary;
  if (parts.has_offered) ++trial.attached;
}

void add_worth(const Event& event, bool is_purchase, OfferHistory& history) {
  const int64_t worth = worth_of(event);
  for (Trial& trial : history.trials) {
    if (event.at < trial.began || event.at >= trial.until) continue;
    if (is_purchase) add_order(event, history, trial);
    if (worth != kNoMoney) {
      trial.revenue = saturating_add(trial.revenue, is_purchase ? worth : -worth);
    }
  }
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
  trial.was_active = context.visitor().lifetime.last_order >= trial.began - exposure.click_window;
  history.trials.push_back(trial);
}

void count_revenue(const Event& event, Context& context) {
  const int64_t worth = worth_of(event);
  if (worth == kNoMoney) return;
  const int64_t week = week_of(context.now());
  context.tally(tally_key(context.site().id, kNoName, TallyOf::kSiteRevenue, week), worth);
}

void count_purchase(const Event& event, OfferHistory& history) {
  add_worth(event, true, history);
}

void count_refund(const Event& event, OfferHistory& history) {
  add_worth(event, false, history);
}

void close_trials(OfferHistory& history, Context& context) {
  std::erase_if(history.trials, [&](const Trial& trial) {
    if (trial.until + kLateTouches > context.now()) return false;
    count_outcome(trial, history, context);
    return true;
  });
}

}  // namespace rekindle::operators::offers
