#include "core/decide_proposal.h"

#include "core/assert.h"
#include "core/decision.h"
#include "core/event_format.h"

namespace rekindle {

Message::Kind DecideProposal::kind_of(const DecideRequest& request, SiteId site,
                                      const Decider* decider) {
  const bool is_logged =
      !request.is_dry && decider != nullptr && decider->is_logged(site, request.placement);
  return is_logged ? Kind::kProposal : Kind::kQuery;
}

void DecideProposal::run(QueryScope& scope) {
  const Decider* const decider = scope.decider();
  if (decider == nullptr) {
    x_decision.nothing_because = "no catalogue is loaded";
    return;
  }
  const Visitor* const known = scope.visitor(visitor);
  const bool is_logged = kind() == Kind::kProposal;
  // What is logged has the time of its record, or a replay could not repeat it.
  const EventTime now = is_logged ? scope.clock(visitor) : scope.now(visitor);
  const DecideGrounds grounds{known == nullptr ? nullptr : scope.insights(*known), scope.tallies(),
                              is_logged ? id : 0};
  x_decision = decider->choose(x_request, *scope.site(x_site), known, now, grounds);
  if (is_logged && known != nullptr && !x_decision.record.empty()) write_record(*known, now);
}

void DecideProposal::write_record(const Visitor& of, EventTime now) {
  const std::string text = decision_text(x_decision.id);
  Event event;
  event.site = x_site;
  event.visitor = visitor;
  event.visitor_name = of.name;
  event.type = EventType::kOfferDecided;
  event.at = now;
  event.received_at = WallTime{now.ms};
  event.props = x_decision.record;
  event.decision = text;
  RK_ASSERT(append_event(event, record).has_value());  // fifty offers of the longest names fit
}

}  // namespace rekindle
