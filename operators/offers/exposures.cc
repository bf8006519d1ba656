#include "operators/offers/exposures.h"

#include <algorithm>

#include "core/assert.h"
#include "core/decision.h"
#include "core/limits.h"
#include "operators/offers/attribution.h"
#include "operators/offers/trials.h"

namespace rekindle::operators::offers {
namespace {

uint64_t budget_key(const Exposure& exposure, const Context& context) {
  return tally_key(context.site().id, exposure.offer, TallyOf::kBudget);
}
uint64_t stock_key(const Exposure& exposure, const Context& context) {
  return tally_key(context.site().id, exposure.product, TallyOf::kStock);
}

void free_stock(Exposure& exposure, Context& context) {
  if (exposure.holds_stock) context.tally(stock_key(exposure, context), -1);
  exposure.holds_stock = false;
}

// Nothing of it is held any more.
void close(Exposure& exposure, int64_t given_back, Context& context) {
  if (exposure.is_closed) return;
  if (exposure.has_budget) context.tally(budget_key(exposure, context), -given_back);
  free_stock(exposure, context);
  exposure.is_closed = true;
}

void give_back_unshown(Exposure& exposure, Context& context) {
  exposure.stage = OfferStage::kReturned;
  count(exposure, TallyOf::kReturned, 1, context);
  close(exposure, exposure.cost + exposure.discount, context);
}

EventTime closes_at(const Exposure& exposure) {
  return exposure.window_end() + kLateTouches;
}

void pass_time(Exposure& exposure, Context& context) {
  const EventTime now = context.now();
  if (exposure.stage == OfferStage::kReserved && exposure.reserved_until <= now) {
    give_back_unshown(exposure, context);
  }
  if (exposure.stage == OfferStage::kShown && !exposure.is_closed && closes_at(exposure) <= now) {
    close(exposure, exposure.has_converted ? 0 : exposure.discount, context);
  }
}

void count_decision(const DecisionRecord& record, Context& context) {
  const SiteId site = context.site().id;
  const int64_t week = week_of(context.now());
  const bool shows = std::any_of(record.offers.begin(), record.offers.end(),
                                 [](const DecidedOffer& offer) { return !offer.is_ghost; });
  if (record.offers.empty()) context.tally(tally_key(site, kNoName, TallyOf::kNothing), 1);
  context.tally(tally_key(site, kNoName, TallyOf::kDecisions, week), 1);
  context.tally(tally_key(site, kNoName, TallyOf::kNothingShown, week), shows ? 0 : 1);
  context.tally(tally_key(site, kNoName, TallyOf::kCappedDecisions, week),
                record.capped.empty() ? 0 : 1);
  for (const NameHash offer : record.capped) {
    context.tally(tally_key(site, offer, TallyOf::kCapped, week), 1);
  }
}

Exposure make_exposure(const DecidedOffer& decided, uint64_t decision, EventTime now) {
  Exposure exposure;
  exposure.decision = decision;
  exposure.decided_at = now;
  exposure.reserved_until = now + decided.reserved_for;
  exposure.keep_until = now + decided.kept_for;
  exposure.offer = name_hash(decided.offer);
  exposure.arm = arm_hash(decided.offer, decided.rung);
  exposure.group = name_hash(decided.group);
  exposure.channel = name_hash(decided.channel);
  exposure.product = item_name_hash(decided.product);
  exposure.stage = decided.is_ghost ? OfferStage::kGhost : OfferStage::kReserved;
  exposure.is_service = decided.is_service;
  exposure.view_window = decided.view_window;
  exposure.click_window = decided.click_window;
  exposure.cost = decided.cost;
  exposure.discount = decided.discount;
  exposure.has_budget = decided.has_budget && !decided.is_ghost;
  exposure.holds_stock = decided.holds_stock && !decided.is_ghost;
  exposure.is_closed = decided.is_ghost;
  return exposure;
}

// Which showing of its offer to this visitor it is; what one decision showed of it counts as one.
uint8_t nth_of(const Exposure& exposure, const OfferHistory& history) {
  uint8_t before = 0;
  for (const Exposure& other : history.exposures) {
    if (other.offer != exposure.offer || !other.was_shown()) continue;
    if (other.decision == exposure.decision) return other.nth;
    before = std::max(before, other.nth);
  }
  return static_cast<uint8_t>(std::min(before + 1, UINT8_MAX));
}

void show(Exposure& exposure, EventTime at, const OfferHistory& history, Context& context) {
  if (exposure.was_shown()) {
    exposure.shown_at = std::min(exposure.shown_at, at);
    return;
  }
  if (exposure.stage == OfferStage::kGhost) return;  // nobody was to show it
  exposure.was_late = exposure.stage == OfferStage::kReturned;
  exposure.stage = OfferStage::kShown;
  exposure.nth = nth_of(exposure, history);
  exposure.shown_at = at;
  count(exposure, exposure.was_late ? TallyOf::kLateShown : TallyOf::kShown, 1, context);
  count(exposure, TallyOf::kCost, exposure.cost, context);
  count(exposure, TallyOf::kNth, exposure.nth, context);
  count(exposure, TallyOf::kNthSquare, exposure.nth * exposure.nth, context);
  if (exposure.was_late && exposure.has_budget) {
    context.tally(budget_key(exposure, context), exposure.cost);
  }
}

// The first of its kind counts; an earlier one that comes later moves it back.
void touch(EventTime& known, EventTime at, const Exposure& exposure, TallyOf what,
           Context& context) {
  if (known == EventTime::never()) {
    count(exposure, what, 1, context);
    if (what == TallyOf::kClicked) count(exposure, TallyOf::kNthClicked, exposure.nth, context);
  }
  known = std::min(known, at);
}

void take_feedback(const Event& event, Exposure& exposure, const OfferHistory& history,
                   Context& context) {
  // Who clicks, dismisses or converts has seen it, whether we are told so or not.
  show(exposure, event.at, history, context);
  if (!exposure.was_shown()) return;
  if (event.type == EventType::kOfferClicked) {
    touch(exposure.clicked_at, event.at, exposure, TallyOf::kClicked, context);
  } else if (event.type == EventType::kOfferDismissed) {
    touch(exposure.dismissed_at, event.at, exposure, TallyOf::kDismissed, context);
  } else if (event.type == EventType::kOfferConverted && !exposure.has_converted) {
    // What an order is worth comes with its purchase event, so only what has none counts here.
    if (event.order.empty() && event.value != kNoMoney) {
      count(exposure, TallyOf::kRevenueLast, event.value, context);
      count(exposure, TallyOf::kRevenueShared, event.value, context);
    }
    count(exposure, TallyOf::kConverted, 1, context);
    convert(exposure, context);
  }
}

bool concerns(const Event& event, uint64_t decision, const Exposure& exposure) {
  if (exposure.decision != decision) return false;
  if (!event.offer.empty() && name_hash(event.offer) != exposure.offer) return false;
  if (event.items.empty() || exposure.product == kNoName) return true;
  return std::any_of(event.items.begin(), event.items.end(),
                     [&](const Item& item) { return item.product_hash == exposure.product; });
}

}  // namespace

void count(const Exposure& exposure, TallyOf what, int64_t amount, Context& context) {
  const int64_t week = week_of(context.now());
  context.tally(tally_key(context.site().id, exposure.arm, what, week), amount);
}

void count_unknown(Context& context) {
  context.tally(tally_key(context.site().id, kNoName, TallyOf::kUnknownDecision), 1);
}

void convert(Exposure& exposure, Context& context) {
  if (exposure.has_converted) return;
  exposure.has_converted = true;
  count(exposure, TallyOf::kDiscount, exposure.discount, context);
  // Nothing is held for it any more, but it was given: told late, or shown late.
  if (exposure.is_closed && exposure.has_budget) {
    context.tally(budget_key(exposure, context), exposure.discount);
  }
  free_stock(exposure, context);
}

void pass_time(OfferHistory& history, Context& context) {
  settle_lines(history, context);  // first: a line may convert what closes at the same instant
  for (Exposure& exposure : history.exposures) pass_time(exposure, context);
  close_trials(history, context);
  std::erase_if(history.exposures, [&](const Exposure& exposure) {
    return exposure.is_closed && exposure.keep_until <= context.now();
  });
}

EventTime next_instant(const OfferHistory& history) {
  EventTime next = EventTime::never();
  for (const Exposure& exposure : history.exposures) {
    if (exposure.stage == OfferStage::kReserved) next = std::min(next, exposure.reserved_until);
    if (exposure.stage == OfferStage::kShown && !exposure.is_closed) {
      next = std::min(next, closes_at(exposure));
    }
    if (exposure.is_closed) next = std::min(next, exposure.keep_until);
  }
  for (const Trial& trial : history.trials) next = std::min(next, trial.until + kLateTouches);
  for (const SoldLine& line : history.lines) next = std::min(next, line.settles_at);
  return next;
}

void take_decision(const Event& event, OfferHistory& history, Context& context) {
  const auto record = read_decision_record(event.props);
  if (!record) return;  // never: only shards write it, and read_event checked the length
  const uint64_t decision = parse_decision(event.decision);
  count_decision(*record, context);
  for (const DecidedOffer& decided : record->offers) {
    const Exposure exposure = make_exposure(decided, decision, context.now());
    count(exposure, decided.is_ghost ? TallyOf::kGhosted : TallyOf::kDecided, 1, context);
    if (exposure.has_budget) {
      context.reserve(budget_key(exposure, context), exposure.cost + exposure.discount);
    }
    if (exposure.holds_stock) context.reserve(stock_key(exposure, context), 1);
    begin_trial(exposure, name_hash(record->policy), history, context);
    history.exposures.push_back(exposure);
  }
  RK_ASSERT(history.exposures.size() <= limits::kExposuresMax);
}

void take_feedback(const Event& event, OfferHistory& history, Context& context) {
  const uint64_t decision = parse_decision(event.decision);
  bool is_known = false;
  for (Exposure& exposure : history.exposures) {
    if (!concerns(event, decision, exposure)) continue;
    is_known = true;
    take_feedback(event, exposure, history, context);
  }
  if (!is_known) count_unknown(context);
}

}  // namespace rekindle::operators::offers
