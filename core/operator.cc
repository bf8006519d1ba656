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
  if (inside) {
    memberships.insert(place, {audience.id, audience.version, since});
  } else {
    memberships.erase(place);
  }
  Change change;
  change.audience = audience.id;
  change.definition_version = audience.version;
  change.entered = inside;
  change.reason = x_reason;
  change.cause = x_reason == ChangeReason::kEvent ? x_cause : EventType::kNone;
  change.at = x_now;
  change.site = x_visitor.site;
  change.visitor = x_visitor.key;
  change.visitor_name = x_visitor.name;
  x_effects.add_change(change, x_visitor.number);
}

}  // namespace rekindle
