// Which events can change what a visitor's profile says. Used by operators/audiences to leave alone
// the audiences an event cannot touch; pure, any thread.
#pragma once

#include "core/event.h"
#include "operators/audience/term.h"

namespace rekindle::operators::audience {

// False only when operators/profile learns nothing of the kind from such an event.
[[nodiscard]] inline bool tells(const Event& event, ProfileFacet facet) {
  const EventType type = event.type;
  switch (facet) {
    case ProfileFacet::kTraits:
      return !event.props.empty() || !event.user.empty() || type == EventType::kIdentify ||
             type == EventType::kAlias;
    case ProfileFacet::kConsent:
      return !event.consent.empty() || type == EventType::kConsent ||
             type == EventType::kSubscribe || type == EventType::kUnsubscribe ||
             type == EventType::kIdentify || type == EventType::kAlias;
    case ProfileFacet::kCampaign:
      return !event.campaign_source.empty() || !event.campaign_medium.empty() ||
             !event.campaign_name.empty() || type == EventType::kAlias;
  }
  return true;
}

}  // namespace rekindle::operators::audience
