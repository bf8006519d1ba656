#include "core/operator.h"

#include <algorithm>

namespace rekindle {

void Context::set_member(AudienceVersion audience, bool inside, EventTime since) {
  auto& memberships = x_visitor.memberships;
  auto* const place = std::lower_bound(memberships.begin(), memberships.end(), audience,
                                       [](const Membership& membership, AudienceVersion wanted) {
                                         return membership.of() < wanted;
                                       });
  const bool was_inside = place != memberships.end() && place->of() == audience;
  if (inside == was_inside) return;
  const Membership membership{audience.id, audience.version, since};
  if (inside) {
    memberships.insert(place, membership);
  } else {
    memberships.erase(place);
  }
  emit(membership, x_reason, inside);
}

void Context::consent_changed(bool granted) {
  for (const Membership& membership : x_visitor.memberships) {
    emit(membership, ChangeReason::kConsent, granted);
  }
}

void Context::emit(const Membership& of, ChangeReason reason, bool entered) {
  Change change;
  change.audience = of.audience;
  change.definition_version = of.definition_version;
  change.entered = entered;
  change.reason = reason;
  change.cause = x_reason == ChangeReason::kEvent ? x_cause : EventType::kNone;
  change.at = x_now;
  change.site = x_visitor.site;
  change.visitor = x_visitor.key;
  change.visitor_name = x_visitor.name;
  x_effects.add_change(change, x_visitor.number);
}

}  // namespace rekindle
