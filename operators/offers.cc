// Keeps what was offered to a visitor and what came of it. After dedupe, before all else.
//
// In:    offer_decided (consumed here), offer_shown, offer_clicked, offer_dismissed,
//        offer_converted by their decision and offer; purchase and refund of who was offered
//        something; deadlines
// State: Visitor::offers. Everything a rule needs (windows, reservations, cost) came with the
//        decision, so no configuration is read and a replay gives the same state.
// Effects: tallies: what is held of budgets and stock, and what offers, attribution and experiments
//        count. docs/attribution.md tells the rules.
#include "operators/offers.h"

#include <algorithm>

#include "operators/offers/attribution.h"
#include "operators/offers/exposures.h"
#include "operators/offers/trials.h"

namespace rekindle::operators {
namespace {

bool is_feedback(EventType type) {
  return type >= EventType::kOfferShown && type <= EventType::kOfferConverted;
}

class Offers final : public Operator {
 public:
  [[nodiscard]] std::string_view name() const override { return "offers"; }

  void on_event(Event& event, Context& context) override {
    std::unique_ptr<OfferHistory>& history = context.visitor().offers;
    if (event.type == EventType::kPurchase) offers::count_revenue(event, context);
    if (event.type == EventType::kOfferDecided) {
      if (history == nullptr) history = std::make_unique<OfferHistory>();
      offers::pass_time(*history, context);
      offers::take_decision(event, *history, context);
      event.is_consumed = true;
    } else if (history != nullptr) {
      offers::pass_time(*history, context);
      // What is told late may be due at once.
      if (look_at(event, *history, context)) offers::pass_time(*history, context);
    } else if (is_feedback(event.type) && !event.decision.empty()) {
      offers::count_unknown(context);
    }
    settle(context);
  }

  void on_deadline(Context& context) override {
    if (context.visitor().offers == nullptr) return;
    offers::pass_time(*context.visitor().offers, context);
    settle(context);
  }

 private:
  static bool look_at(const Event& event, OfferHistory& history, Context& context) {
    if (is_feedback(event.type)) {
      if (event.decision.empty()) return false;
      offers::take_feedback(event, history, context);
    } else if (event.type == EventType::kPurchase) {
      offers::count_purchase(event, history);
      offers::take_lines(event, history, context);
    } else if (event.type == EventType::kRefund) {
      offers::count_refund(event, history);
    } else {
      return false;
    }
    return true;
  }

  static void settle(Context& context) {
    std::unique_ptr<OfferHistory>& history = context.visitor().offers;
    if (history == nullptr) return;
    if (history->empty()) {
      history.reset();
      return;
    }
    context.wake_at(offers::next_instant(*history));
  }
};

}  // namespace

std::unique_ptr<Operator> make_offers() {
  return std::make_unique<Offers>();
}

}  // namespace rekindle::operators
